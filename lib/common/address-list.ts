import { BlockList, isIP } from 'node:net';

import { stringOption, wrongType } from './options.ts';

const EXPECTED = 'an IP address or a subnet like 10.0.0.0/8';

/** No sign, no leading zero, no other notation. */
const PREFIX = /^(?:0|[1-9]\d{0,2})$/;

const BITS = { ipv4: 32, ipv6: 128 } as const;

/**
 * Tells whether an address is one of those, or in one of the subnets. IPv4 addresses that an IPv6
 * socket shows (`::ffff:10.0.0.1`) count as what they are.
 *
 * @param option named in errors
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

function add(list: BlockList, option: string, text: unknown): void {
  const [address = '', prefix, ...rest] = stringOption(option, text).split('/');
  const family = familyOf(address);
  if (family === undefined || rest.length > 0) throw wrongType(option, EXPECTED, text);
  if (prefix === undefined) return list.addAddress(address, family);
  const isPrefix = PREFIX.test(prefix) && Number(prefix) <= BITS[family];
  if (!isPrefix) throw wrongType(option, EXPECTED, text);
  list.addSubnet(address, Number(prefix), family);
}

/** An address with a zone (`fe80::1%eth0`) means something on one machine alone. */
function familyOf(address: string): 'ipv4' | 'ipv6' | undefined {
  const version = address.includes('%') ? 0 : isIP(address);
  if (version === 0) return undefined;
  return version === 4 ? 'ipv4' : 'ipv6';
}
