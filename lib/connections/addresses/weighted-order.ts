import type { Endpoint } from './endpoint.ts';

/** Returns a number in [0, 1). */
export type Random = () => number;

/**
 * Orders endpoints for trying: by priority, and within one by weighted random sampling without
 * replacement. Sorts by `-ln(u) / w` ascending: the exponential form of Efraimidis and Spirakis,
 * "Weighted random sampling with a reservoir", 2006.
 */
export function weightedOrder(endpoints: readonly Endpoint[], random: Random): Endpoint[] {
  if (endpoints.length < 2) return [...endpoints];
  const drawn = endpoints.map((endpoint) => {
    return { endpoint, draw: -Math.log(1 - random()) / endpoint.weight };
  });
  drawn.sort((a, b) => a.endpoint.priority - b.endpoint.priority || a.draw - b.draw);
  return interleaveFamilies(drawn.map(({ endpoint }) => endpoint));
}

/**
 * Alternates IP families after the first endpoint, each family in its own order, so that a family
 * without a route delays a race by one stagger at most (RFC 8305, section 4).
 */
function interleaveFamilies(order: readonly Endpoint[]): Endpoint[] {
  const [first] = order;
  if (first === undefined || !order.some((other) => familyOf(other) !== familyOf(first))) {
    return [...order];
  }
  const result: Endpoint[] = [];
  for (const group of byPriority(order)) result.push(...takeTurns(group));
  return result;
}

function byPriority(order: readonly Endpoint[]): Endpoint[][] {
  return [...Map.groupBy(order, ({ priority }) => priority).values()];
}

function takeTurns(group: readonly Endpoint[]): Endpoint[] {
  const [first] = group;
  const same = group.filter((one) => familyOf(one) === (first && familyOf(first)));
  const others = group.filter((one) => !same.includes(one));
  const result: Endpoint[] = [];
  for (let i = 0; i < Math.max(same.length, others.length); i++) {
    const [one, other] = [same[i], others[i]];
    if (one !== undefined) result.push(one);
    if (other !== undefined) result.push(other);
  }
  return result;
}

function familyOf({ target }: Endpoint): number {
  return 'path' in target ? 0 : target.family;
}
