import { topFrameOf } from '../../common/process/last-stack.ts';
import type { MainState, OtherStack, WorkerStacks } from '../../common/process/stack-request.ts';
import type { WorkerAnswer } from '../envelope.ts';
import { badge, duration } from './format.ts';
import { type Html, html, type HtmlValue } from './html.ts';
import { facts, factsOf, perWorker, requestLink } from './parts.ts';

/** Sentence for a main thread that has no stack. */
const MAIN: { readonly [K in Exclude<MainState, 'RUNNING'>]: string } = {
  IDLE: 'Idle: the event loop turns, and waits for events.',
  NATIVE: 'No JavaScript and a late event loop: native code blocks it, or it is starting.',
  DEBUGGED: 'A debugger is attached; sampling would disturb it.',
};

const QUIET = 'No JavaScript: idle, or in native code.';

/** Stacks of all threads of each worker. */
export function stacksView(stacks: readonly WorkerAnswer<WorkerStacks>[]): HtmlValue {
  return perWorker(stacks, (one) => [
    html`<h3>Main thread</h3>`,
    facts(
      factsOf<Omit<WorkerStacks, 'threads'>>(
        {
          main: ({ main }) => ({ label: 'State', value: html`${badge(main)}` }),
          requestId: ({ requestId }) => ({
            label: 'Request',
            value: html`${requestLink(requestId)}`,
          }),
          stoppedMs: ({ stoppedMs }) => ({
            label: 'Paused for',
            value: html`${duration(stoppedMs)}`,
          }),
          stack: 'elsewhere',
        },
        one,
      ),
    ),
    one.main === 'RUNNING' ? stackOf(one.stack) : html`<p class="empty">${MAIN[one.main]}</p>`,
    one.threads.map(threadOf),
  ]);
}

function threadOf({ id, name, state, stack }: OtherStack): Html {
  return html`<h3>Thread ${id}: ${name}</h3>
    ${state === 'RUNNING' ? stackOf(stack) : html`<p class="empty">${QUIET}</p>`}`;
}

function stackOf(stack: readonly string[]): Html {
  return html`<details open>
    <summary><code>${topFrameOf(stack)}</code></summary>
    <pre>${stack.join('\n')}</pre>
  </details>`;
}
