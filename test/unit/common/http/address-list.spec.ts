import { describe, expect, it } from 'vitest';

import { addressList } from '../../../../lib/common/http/address-list.ts';

describe('trusted callers', () => {
  const isTrusted = addressList('trust', ['192.0.2.7', '10.0.0.0/8', '::1', 'fd00::/8']);

  it.each(['192.0.2.7', '10.0.0.0', '10.255.255.255', '::1', 'fd12::1', '::ffff:10.1.2.3'])(
    'are at %s',
    (address) => {
      expect(isTrusted(address)).toBe(true);
    },
  );

  it.each(['192.0.2.8', '11.0.0.0', '9.255.255.255', '::2', 'fe80::1', '::ffff:11.1.2.3', '', 'x'])(
    'are not at "%s"',
    (address) => {
      expect(isTrusted(address)).toBe(false);
    },
  );

  it('are nobody, when none are given', () => {
    expect(addressList('trust', [])('127.0.0.1')).toBe(false);
  });

  it.each(['10.0.0.0/33', '::/129', '10.0.0.0/', '10.0.0.0/-1', '10.0.0.0/8/8', '10.0.0', 'host'])(
    'are not given as %s',
    (text) => {
      const message = 'trust[1] must be an IP address or a subnet like 10.0.0.0/8. Received';
      expect(() => addressList('trust', ['::1', text])).toThrow(message);
    },
  );

  it('are given as a list of strings', () => {
    expect(() => addressList('trust', '10.0.0.1' as never)).toThrow(TypeError);
    expect(() => addressList('trust', [7] as never)).toThrow('trust[0] must be a string');
  });
});
