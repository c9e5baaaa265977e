import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { decodeAddress, encodeInternet } from '../../../lib/posix/socket-address.ts';

const port = fc.integer({ min: 0, max: 65_535 });

describe('socket addresses', () => {
  it('of IPv4 come back as they were', () => {
    fc.assert(
      fc.property(fc.ipV4(), port, (address, number) => {
        const bytes = encodeInternet(address, number);
        expect(bytes && decodeAddress(bytes)).toEqual({ address, family: 'IPv4', port: number });
      }),
    );
  });

  it('of IPv6 come back as URLs write them', () => {
    fc.assert(
      fc.property(fc.ipV6(), port, (address, number) => {
        const bytes = encodeInternet(address, number);
        const shortest = new URL(`http://[${address}]`).hostname.slice(1, -1);
        expect(bytes && decodeAddress(bytes)).toEqual({
          address: shortest,
          family: 'IPv6',
          port: number,
        });
      }),
    );
  });

  it('know the number of an interface', () => {
    expect(encodeInternet('fe80::1%7', 1)?.readUInt32LE(24)).toBe(7);
  });

  it('of names are none', () => {
    expect(encodeInternet('not an address', 1)).toBeUndefined();
  });
});
