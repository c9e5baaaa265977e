import type { Incident } from '../../incidents/incident-log.ts';
import { duration, moment, shortPaths } from '../../view/format.ts';
import { type Html, html } from '../../view/html.ts';
import { requestLink } from '../../view/parts.ts';

/** Incidents shown after their end. */
const ENDED_SHOWN = 10;

/** What is wrong, the worst first; then what was wrong within the last half hour. */
export function incidentCards(incidents: readonly Incident[], now: number): Html {
  const lasting = incidents.filter(({ endedAt }) => endedAt === null);
  const ended = incidents.filter(({ endedAt }) => endedAt !== null).slice(0, ENDED_SHOWN);
  return html`${lastingCards(lasting, now)}${endedCards(ended, now)}`;
}

function lastingCards(incidents: readonly Incident[], now: number): Html {
  if (incidents.length === 0) {
    return html`<p class="all-well" role="status">No known problems</p>`;
  }
  return html`<ul class="incidents" aria-label="Known problems">
    ${incidents.map((incident) => card(incident, now))}
  </ul>`;
}

function endedCards(incidents: readonly Incident[], now: number): Html | string {
  if (incidents.length === 0) return '';
  return html`<details class="ended" id="ended-incidents">
    <summary>Ended within the last half hour: ${incidents.length}</summary>
    <ul class="incidents" aria-label="Ended problems">
      ${incidents.map((incident) => card(incident, now))}
    </ul>
  </details>`;
}

function card(incident: Incident, now: number): Html {
  const { key, severity, text, href, impact, endedAt } = incident;
  const tone = endedAt === null ? severity : 'over';
  const does = impact === undefined || endedAt !== null ? '' : html`<p>${impact}</p>`;
  return html`<li class="incident ${tone}" id="incident-${idOf(key)}">
    <p><a href="${href}">${text}</a> <span class="unit">${timesOf(incident, now)}</span></p>
    ${causeOf(incident)}${does}${nextOf(incident)}${stackOf(incident)}
  </li>`;
}

function timesOf({ startedAt, lastAt, endedAt, isEvent, count }: Incident, now: number): Html {
  const again = count === 1 ? '' : `, ${count} times`;
  if (isEvent) return html`${moment(lastAt, now)}${again}`;
  if (endedAt !== null) return html`resolved ${moment(endedAt, now)}${again}`;
  return html`for ${duration(Math.max(0, now - startedAt))}${again}`;
}

function causeOf({ cause, requestId }: Incident): Html | string {
  const by = cause === undefined ? '' : html`by <code>${shortPaths(cause)}</code> `;
  const during = requestId === undefined ? '' : html`in request ${requestLink(requestId)}`;
  return by === '' && during === '' ? '' : html`<p>${by}${during}</p>`;
}

function nextOf({ next = [], endedAt }: Incident): Html | string {
  if (next.length === 0 || endedAt !== null) return '';
  return html`<p class="next">
    ${next.map(({ label, href }) => html`<a href="${href}">${label}</a> `)}
  </p>`;
}

function stackOf({ key, stack = [] }: Incident): Html | string {
  if (stack.length === 0) return '';
  return html`<details id="stack-${idOf(key)}">
    <summary>Stack</summary>
    <pre>${shortPaths(stack.join('\n'))}</pre>
  </details>`;
}

/** An id in HTML has no spaces. */
function idOf(key: string): string {
  return key.replaceAll(/[^\w.-]+/g, '-');
}
