import type { ErrorGroup } from '../../logging/recent-errors.ts';
import { type Html, html } from './html.ts';

/** Stack of an error, and those of its causes. */
export function errorStacks({ stack, causes }: Pick<ErrorGroup, 'stack' | 'causes'>): Html {
  return html`<pre>${stack}</pre>
    ${causes.map(
      (cause) =>
        html`<p>Caused by ${cause.name}: ${cause.message}</p>
          <pre>${cause.stack}</pre>`,
    )}`;
}
