import { BlockList, isIP } from 'node:net';

import { stringOption, wrongType } from '../common/options.ts';

/**
 * Tells whether an address is one of those, or in one of the subnets.
 *
 * @throws TypeError for what is neither an address nor a subnet
 */
export function trustedAddresses(
  option: string,
  trusted: readonly string[],
): (address: string) => boolean {
  if (!Array.isArray(trusted))
    throw wrongType(option, 'a list of addresses or a function', trusted);
  const list = new BlockList();
  for (const [index, text] of trusted.entries()) add(list, `${option}[${index}]`, text);
  return (address) => {
    const family = familyOf(address);
    return family !== undefined && list.check(address, family);
  };
}

function add(list: BlockList, option: string, text: unknown): void {
  const [address = '', prefix, ...rest] = stringOption(option, text).split('/');
  const family = familyOf(address);
  const bits = Number(prefix ?? NaN);
  if (family === undefined || rest.length > 0) {
    throw wrongType(option, 'an IP address or a subnet like 10.0.0.0/8', text);
  }
  if (prefix === undefined) return list.addAddress(address, family);
  if (!/^\d{1,3}$/.test(prefix) || bits > (family === 'ipv4' ? 32 : 128)) {
    throw wrongType(option, 'an IP address or a subnet like 10.0.0.0/8', text);
  }
  list.addSubnet(address, bits, family);
}

function familyOf(address: string): 'ipv4' | 'ipv6' | undefined {
  const version = isIP(address);
  if (version === 0) return undefined;
  return version === 4 ? 'ipv4' : 'ipv6';
}
