import type { Visitor } from '../access.ts';
import { suffices } from '../access.ts';
import type { DependencyEndpoint } from '../model/dependencies.ts';
import { type Html, html } from '../view/html.ts';

/** Time for which a click marks an endpoint down. */
const DOWN_MS = 600_000;

/** Buttons that mark an endpoint up or down in all workers, for visitors who may. */
export function markForms({ address, state }: DependencyEndpoint, visitor: Visitor): Html | string {
  if (!suffices(visitor.access, 'operate')) return '';
  const up = html`<form class="inline" method="post" action="/operations/connections.mark-up">
    <input type="hidden" name="address" value="${address}" />
    <button aria-label="Mark ${address} up">Mark up</button>
  </form>`;
  const down = html`<form class="inline" method="post" action="/operations/connections.hold-down">
    <input type="hidden" name="address" value="${address}" />
    <input type="hidden" name="forMs" value="${DOWN_MS}" />
    <button aria-label="Mark ${address} down for 10 minutes">Mark down, 10 min</button>
  </form>`;
  return state === 'UP' || state === 'UNTRIED' ? down : html`${up}${state === 'HELD' ? '' : down}`;
}
