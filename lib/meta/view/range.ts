import { WINDOWS, type WindowName } from '../history/history-window.ts';
import { type Html, html } from './html.ts';

/** Links to the ranges of time that the charts of a page can show. */
export function rangeChoice(
  path: string,
  chosen: WindowName,
  offered: readonly WindowName[] = Object.keys(WINDOWS) as WindowName[],
): Html {
  return html`<p class="range" role="group" aria-label="Range">
    Range
    ${offered.map((name) =>
      name === chosen
        ? html`<a href="${path}?window=${name}" aria-current="true">${name}</a>`
        : html`<a href="${path}?window=${name}">${name}</a>`,
    )}
  </p>`;
}
