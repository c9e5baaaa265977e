import type { LookupFunction } from 'node:net';
import { callbackify } from 'node:util';

import { outside } from '../../common/outside.ts';
import type { Dialer } from '../dialer.ts';

/** An address as `dns.lookup` returns it. */
interface LookupAddress {
  address: string;
  family: number;
}

/**
 * Creates a `lookup` for clients that connect themselves: resolves any host name to the addresses
 * of the service's first tier that is up. It returns no ports and sees no outcomes, so use it only
 * if all addresses share one port and the client offers no better way.
 *
 * @example
 * new MongoClient('mongodb://db', { lookup: serviceLookup(connections, 'db') });
 */
export function serviceLookup(dialer: Dialer, service: string): LookupFunction {
  return (_host, { family = 0, all = false }, callback) => {
    const wanted = family === 'IPv4' ? 4 : family === 'IPv6' ? 6 : family;
    callbackify(addressesOf)(dialer, service, wanted, (error, found) =>
      outside(() => {
        if (error !== null) return callback(error, '', 0);
        if (all) return callback(null, found);
        const [{ address, family: itsFamily }] = found;
        callback(null, address, itsFamily);
      }),
    );
  };
}

async function addressesOf(
  dialer: Dialer,
  service: string,
  family: number,
): Promise<[LookupAddress, ...LookupAddress[]]> {
  // Clients look up again on reconnect, in the async context of the first request.
  const resolved = await outside(() => dialer.resolve(service));
  const [first, ...others] = resolved
    .flatMap((one) => ('host' in one ? [{ address: one.host, family: one.family }] : []))
    .filter((one) => family === 0 || one.family === family);
  if (first !== undefined) return [first, ...others];
  const failure = new Error(`${service} has no address of the family that was asked for`);
  throw Object.assign(failure, { code: 'ENOTFOUND', syscall: 'getaddrinfo', hostname: service });
}
