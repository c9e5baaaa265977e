import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import {
  type Endpoint,
  tcpEndpoint,
  unixEndpoint,
} from '../../../../lib/connections/addresses/endpoint.ts';
import { weightedOrder } from '../../../../lib/connections/addresses/weighted-order.ts';
import { seededRandom } from '../fake-time.ts';

const DRAWS = 20_000;

function endpoint(index: number, { weight = 1, priority = 0, family = 4 as 4 | 6 }): Endpoint {
  const address = family === 4 ? `10.0.0.${index}` : `fd00::${index}`;
  return tcpEndpoint({ address, family, name: 'x' }, { port: 80, weight, priority });
}

/** How often each was in the first place. */
function firsts(endpoints: readonly Endpoint[], seed: number): Map<string, number> {
  const random = seededRandom(seed);
  const counts = new Map<string, number>();
  for (let draw = 0; draw < DRAWS; draw++) {
    const key = weightedOrder(endpoints, random)[0]?.key ?? '';
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}

const arbitraryEndpoints = fc
  .array(
    fc.record({
      weight: fc.double({ min: 0.01, max: 100, noNaN: true }),
      priority: fc.integer({ min: 0, max: 3 }),
      family: fc.constantFrom<4 | 6>(4, 6),
    }),
    { maxLength: 12 },
  )
  .map((parts) => parts.map((part, index) => endpoint(index, part)));

describe('weightedOrder', () => {
  it('puts a weight of 10 before a weight of 1 ten times in eleven', () => {
    const heavy = endpoint(1, { weight: 10 });
    const counts = firsts([heavy, endpoint(2, { weight: 1 })], 1);
    expect((counts.get(heavy.key) ?? 0) / DRAWS).toBeCloseTo(10 / 11, 2);
  });

  it('gives each the first place in proportion to its weight', () => {
    const weights = [1, 2, 3, 4];
    const counts = firsts(
      weights.map((weight, index) => endpoint(index, { weight })),
      2,
    );
    for (const [index, weight] of weights.entries()) {
      const share = (counts.get(`10.0.0.${index}:80`) ?? 0) / DRAWS;
      expect(share).toBeGreaterThan(weight / 10 - 0.02);
      expect(share).toBeLessThan(weight / 10 + 0.02);
    }
  });

  it('keeps all of them, once each, lower priorities first', () => {
    fc.assert(
      fc.property(arbitraryEndpoints, fc.integer(), (endpoints, seed) => {
        const order = weightedOrder(endpoints, seededRandom(seed));
        expect(new Set(order)).toEqual(new Set(endpoints));
        expect(order).toHaveLength(endpoints.length);
        const priorities = order.map(({ priority }) => priority);
        expect(priorities).toEqual(priorities.toSorted((a, b) => a - b));
      }),
    );
  });

  it('lets a family without a route delay a race by one place', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 6 }),
        fc.integer({ min: 1, max: 6 }),
        fc.integer(),
        (fours, sixes, seed) => {
          const four = Array.from({ length: fours }, (_, index) => endpoint(index, {}));
          const six = Array.from({ length: sixes }, (_, index) => endpoint(index, { family: 6 }));
          const order = weightedOrder([...four, ...six], seededRandom(seed));
          expect(new Set(order.slice(0, 2).map(({ key }) => key.startsWith('[')))).toEqual(
            new Set([true, false]),
          );
        },
      ),
    );
  });

  it('takes a unix socket like any other', () => {
    const both = [unixEndpoint('/run/x.sock', 1), endpoint(1, { weight: 1 })];
    expect(firsts(both, 3).get('/run/x.sock') ?? 0).toBeGreaterThan(DRAWS * 0.45);
  });
});
