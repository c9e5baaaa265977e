import { describe, expect, it } from 'vitest';

import { offersHttpItself } from '../../../../lib/cluster/worker/http-offers.ts';

describe('An offer to upgrade', () => {
  it.each([
    ['h2c', true],
    ['h2c,', true],
    ['TLS/1.2, HTTP/2.0', true],
    ['websocket', false],
    ['h2c, websocket', false],
    ['spdy/3.1', false],
    [undefined, false],
  ])('R38 %s is one of HTTP itself: %s', (upgrade, isItself) => {
    const headers = upgrade === undefined ? {} : { upgrade };
    expect(offersHttpItself({ headers })).toBe(isItself);
  });
});
