import { describe, expect, it } from 'vitest';

import { AddressHealth } from '../../../../lib/connections/addresses/address-health.ts';
import { eligibleOf, notHeld } from '../../../../lib/connections/addresses/eligible.ts';
import { type Endpoint, unixEndpoint } from '../../../../lib/connections/addresses/endpoint.ts';

const OPTIONS = { failures: 1, downMs: 10_000, maxDownMs: 10_000 };

/** Endpoints `a`, `b`, ...: those that are named `down` are down from 0 to 10 s. */
function world(all: string, down: string, held = '') {
  const endpoints = all.split('').map((name) => unixEndpoint(name, 1));
  const healths = new Map(endpoints.map(({ key }) => [key, new AddressHealth(() => 0.5)]));
  const healthOf = ({ key }: Endpoint): AddressHealth => healths.get(key) as AddressHealth;
  for (const endpoint of endpoints) {
    if (down.includes(endpoint.key)) healthOf(endpoint).failed(0, OPTIONS, () => true);
    if (held.includes(endpoint.key)) healthOf(endpoint).hold(1_000_000);
  }
  const at = (now: number, panicBelow = 0.5) => {
    const { up, due, isPanic } = eligibleOf(endpoints, { healthOf, now, panicBelow });
    return { up: names(up), due: names(due), isPanic };
  };
  return { at, left: () => names(notHeld(endpoints, { healthOf, now: 0 })) };
}

function names(endpoints: readonly Endpoint[]): string {
  return endpoints.map(({ key }) => key).join('');
}

describe('eligibleOf', () => {
  it('takes those that are up', () => {
    expect(world('abcd', 'ab').at(0)).toEqual({ up: 'cd', due: '', isPanic: false });
  });

  it('names those that may be probed', () => {
    expect(world('abcd', 'ab').at(10_000)).toEqual({ up: 'cd', due: 'ab', isPanic: false });
  });

  it('ignores marks where fewer than half are up, but not those by hand', () => {
    expect(world('abcd', 'abc').at(0)).toEqual({ up: 'abcd', due: '', isPanic: true });
    expect(world('abcd', 'ab', 'c').at(0)).toEqual({ up: 'abd', due: '', isPanic: true });
    expect(world('abcd', 'abc').at(0, 0)).toEqual({ up: 'd', due: '', isPanic: false });
  });

  it('leaves a tier to the next one where none is up', () => {
    expect(world('abc', 'abc').at(0)).toEqual({ up: '', due: '', isPanic: false });
  });

  it('leaves all but those that are held by hand as a last resort', () => {
    expect(world('abc', 'ab', 'c').left()).toBe('ab');
  });
});
