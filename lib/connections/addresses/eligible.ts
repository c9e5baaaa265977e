import type { AddressHealth } from './address-health.ts';
import type { Endpoint } from './endpoint.ts';

export interface EligibleOptions {
  readonly healthOf: (endpoint: Endpoint) => AddressHealth;
  readonly now: number;
  /** Marks are ignored when less than this fraction of a tier is up; 0: never. */
  readonly panicBelow: number;
}

/** Endpoints of a tier that may be tried. */
export interface Eligible {
  readonly up: readonly Endpoint[];
  /** Down for their full time: each may be probed by one attempt. */
  readonly due: readonly Endpoint[];
  /** Whether marks are ignored, to keep all the load off the few addresses that are up. */
  readonly isPanic: boolean;
}

const NONE: readonly Endpoint[] = Object.freeze([]);

/** Selects the endpoints of a tier that may be tried; never those an operator holds down. */
export function eligibleOf(
  endpoints: readonly Endpoint[],
  { healthOf, now, panicBelow }: EligibleOptions,
): Eligible {
  if (areUp(endpoints, healthOf, now)) return { up: endpoints, due: NONE, isPanic: false };
  const up = endpoints.filter((endpoint) => healthOf(endpoint).isUp(now));
  const isPanic = up.length > 0 && up.length < endpoints.length * panicBelow;
  if (isPanic) return { up: notHeld(endpoints, { healthOf, now }), due: [], isPanic };
  const due = endpoints.filter((endpoint) => healthOf(endpoint).isDue(now));
  return { up, due, isPanic };
}

function areUp(
  endpoints: readonly Endpoint[],
  healthOf: EligibleOptions['healthOf'],
  now: number,
): boolean {
  for (const endpoint of endpoints) if (!healthOf(endpoint).isUp(now)) return false;
  return true;
}

/** Excludes endpoints that an operator holds down: the last resort when no address is up. */
export function notHeld(
  endpoints: readonly Endpoint[],
  { healthOf, now }: Pick<EligibleOptions, 'healthOf' | 'now'>,
): Endpoint[] {
  return endpoints.filter((endpoint) => !healthOf(endpoint).isHeld(now));
}
