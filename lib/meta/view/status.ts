import { type Html, html } from './html.ts';

/** Status of a request that has ended; it stands out where the server failed, or the client left. */
export function statusView({ status, isAborted }: { status: number; isAborted: boolean }): Html {
  const tone = status >= 500 || status === 499 ? 'poor' : '';
  return html`<span class="${tone}">${status}${isAborted ? ', client gone' : ''}</span>`;
}
