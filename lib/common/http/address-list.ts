import { BlockList, isIP } from 'node:net';

import { stringOption, wrongType } from '../options/checks.ts';
import type { Kind } from '../options/kind.ts';

const EXPECTED = 'an IP address or a subnet like 10.0.0.0/8';

/** Rejects signs, leading zeros and other notations. */
const PREFIX = /^(?:0|[1-9]\d{0,2})$/;

const BITS = { ipv4: 32, ipv6: 128 } as const;

/**
 * Returns a test whether an address is in a list of addresses and subnets. IPv4-mapped IPv6
 * addresses (`::ffff:10.0.0.1`) match as IPv4.
 *
 * @param option name used in errors
 * @throws TypeError naming option and value
 */
export function addressList(
  option: string,
  addresses: readonly string[],
): (address: string) => boolean {
  if (!Array.isArray(addresses)) throw wrongType(option, 'a list of addresses', addresses);
  const list = new BlockList();
  for (const [index, text] of addresses.entries()) add(list, `${option}[${index}]`, text);
  return (address) => {
    const family = familyOf(address);
    return family !== undefined && list.check(address, family);
  };
}

/** A list of addresses and subnets; `addressList` makes a test of it. */
export const addresses: Kind<readonly string[]> = {
  accepts: 'addresses, subnets',
  check(name, given) {
    const list = given as readonly string[];
    addressList(name, list);
    return Object.freeze([...list]);
  },
};

function add(list: BlockList, option: string, text: unknown): void {
  const [address = '', prefix, ...rest] = stringOption(option, text).split('/');
  const family = familyOf(address);
  if (family === undefined || rest.length > 0) throw wrongType(option, EXPECTED, text);
  if (prefix === undefined) return list.addAddress(address, family);
  const isPrefix = PREFIX.test(prefix) && Number(prefix) <= BITS[family];
  if (!isPrefix) throw wrongType(option, EXPECTED, text);
  list.addSubnet(address, Number(prefix), family);
}

/** Rejects zones (`fe80::1%eth0`), which are valid on one machine only. */
function familyOf(address: string): 'ipv4' | 'ipv6' | undefined {
  const version = address.includes('%') ? 0 : isIP(address);
  if (version === 0) return undefined;
  return version === 4 ? 'ipv4' : 'ipv6';
}
