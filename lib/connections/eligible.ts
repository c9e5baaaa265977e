import type { AddressHealth } from './address-health.ts';
import type { Endpoint } from './endpoint.ts';

export interface EligibleOptions {
  readonly healthOf: (endpoint: Endpoint) => AddressHealth;
  readonly now: number;
  /** Below this fraction of addresses up, a tier's marks are ignored; 0: never. */
  readonly panicBelow: number;
}

/** What of a tier may be tried. */
export interface Eligible {
  readonly up: readonly Endpoint[];
  /** Down, but their time is over: one attempt may probe each. */
  readonly due: readonly Endpoint[];
  /** Whether marks are ignored, because the few that are up would get all the load. */
  readonly isPanic: boolean;
}

/** Which endpoints of a tier may be tried. Those that are held by hand never are. */
export function eligibleOf(
  endpoints: readonly Endpoint[],
  { healthOf, now, panicBelow }: EligibleOptions,
): Eligible {
  if (endpoints.every((endpoint) => healthOf(endpoint).isUp(now))) {
    return { up: endpoints, due: [], isPanic: false };
  }
  const up = endpoints.filter((endpoint) => healthOf(endpoint).isUp(now));
  const isPanic = up.length > 0 && up.length < endpoints.length * panicBelow;
  if (isPanic) return { up: notHeld(endpoints, { healthOf, now }), due: [], isPanic };
  const due = endpoints.filter((endpoint) => healthOf(endpoint).isDue(now));
  return { up, due, isPanic };
}

/** All but those that are held by hand: what is left when no tier has an address up. */
export function notHeld(
  endpoints: readonly Endpoint[],
  { healthOf, now }: Pick<EligibleOptions, 'healthOf' | 'now'>,
): Endpoint[] {
  return endpoints.filter((endpoint) => !healthOf(endpoint).isHeld(now));
}
