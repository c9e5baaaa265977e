import type { LookupAddress, LookupOptions } from 'node:dns';
import { promisify } from 'node:util';

import { describe, expect, it } from 'vitest';

import { serviceLookup } from '../../../../lib/connections/clients/lookup.ts';
import type { Dialer, ResolvedAddress } from '../../../../lib/connections/dialer.ts';

const FOUND: ResolvedAddress[] = [
  { path: '/run/db.sock' },
  { host: '2001:db8::1', family: 6, port: 5432 },
  { host: '192.0.2.1', family: 4, port: 5432 },
  { host: '192.0.2.2', family: 4, port: 5432 },
];

/** Asks as a client does; one address comes as a pair. */
function ask(options: LookupOptions, found: ResolvedAddress[] | Error = FOUND): Promise<unknown> {
  const asked: string[] = [];
  const dialer = {
    resolve: async (service: string) => {
      asked.push(service);
      if (found instanceof Error) throw found;
      return found;
    },
  } as unknown as Dialer;
  const { promise, resolve, reject } = Promise.withResolvers<unknown>();
  serviceLookup(dialer, 'db')('whatever.example', options, (error, address, family) => {
    expect(asked).toEqual(['db']);
    if (error !== null) reject(error);
    else resolve(family === undefined ? address : [address, family]);
  });
  return promise;
}

describe('serviceLookup', () => {
  it('gives all addresses, or the first one, of the family that is asked for', async () => {
    expect(await ask({ all: true })).toEqual<LookupAddress[]>([
      { address: '2001:db8::1', family: 6 },
      { address: '192.0.2.1', family: 4 },
      { address: '192.0.2.2', family: 4 },
    ]);
    expect(await ask({ all: true, family: 'IPv4' })).toHaveLength(2);
    expect(await ask({})).toEqual(['2001:db8::1', 6]);
    expect(await ask({ family: 4 })).toEqual(['192.0.2.1', 4]);
    expect(await ask({ family: 'IPv6' })).toEqual(['2001:db8::1', 6]);
  });

  it('fails as a resolver does where there is none of that family', async () => {
    await expect(ask({ family: 6 }, FOUND.slice(2))).rejects.toMatchObject({
      code: 'ENOTFOUND',
      syscall: 'getaddrinfo',
      hostname: 'db',
    });
  });

  it('passes on the error when nothing was found', async () => {
    const failure = new Error('no name server answers');
    await expect(ask({}, failure)).rejects.toBe(failure);
  });

  it('fits where the lookup of Node does', async () => {
    const dialer = { resolve: async () => FOUND } as unknown as Dialer;
    const lookup = promisify(serviceLookup(dialer, 'db'));
    expect(await lookup('db', { family: 4 })).toBe('192.0.2.1');
  });
});
