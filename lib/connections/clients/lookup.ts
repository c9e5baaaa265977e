import type { LookupFunction } from 'node:net';
import { callbackify } from 'node:util';

import { inBootScope } from '../boot-scope.ts';
import type { Dialer } from '../dialer.ts';

/** Addresses as `dns.lookup` gives them. */
interface LookupAddress {
  address: string;
  family: number;
}

/**
 * `lookup` for clients that connect themselves: the service's addresses, those of the first tier
 * that is up, whatever host name is asked for. It can't say which port, nor learns how it went, so
 * it is for services whose addresses share one port and for clients with no better way.
 *
 * @example
 * new MongoClient('mongodb://db', { lookup: serviceLookup(connections, 'db') });
 */
export function serviceLookup(dialer: Dialer, service: string): LookupFunction {
  return (_host, { family = 0, all = false }, callback) => {
    const wanted = family === 'IPv4' ? 4 : family === 'IPv6' ? 6 : family;
    callbackify(addressesOf)(dialer, service, wanted, (error, found) =>
      inBootScope(() => {
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
  // Clients ask again when they reconnect, in the scope of whichever request was the first.
  const resolved = await inBootScope(() => dialer.resolve(service));
  const [first, ...others] = resolved
    .flatMap((one) => ('host' in one ? [{ address: one.host, family: one.family }] : []))
    .filter((one) => family === 0 || one.family === family);
  if (first !== undefined) return [first, ...others];
  const failure = new Error(`${service} has no address of the family that was asked for`);
  throw Object.assign(failure, { code: 'ENOTFOUND', syscall: 'getaddrinfo', hostname: service });
}
