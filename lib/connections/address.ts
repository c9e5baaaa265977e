import {
  integerOption,
  numberOption,
  objectOption,
  stringOption,
  wrongType,
} from '../common/options/checks.ts';
import type { AddressOptions, ServiceOptions } from './connections.options.ts';

/** A configured address, before name resolution. */
export type Address =
  | { readonly kind: 'host'; readonly host: string; readonly port: number; readonly weight: number }
  | { readonly kind: 'unix'; readonly path: string; readonly weight: number }
  | { readonly kind: 'srv'; readonly name: string; readonly weight: number };

/** @throws TypeError or RangeError naming the wrong value */
export function resolveTiers(option: string, tiers: ServiceOptions['tiers']): Address[][] {
  const lists: unknown = typeof tiers === 'string' ? splitTiers(tiers) : tiers;
  if (!Array.isArray(lists) || lists.length === 0) {
    throw wrongType(option, 'a list of tiers, each a list of addresses', tiers);
  }
  return lists.map((tier: unknown, index) => {
    const name = `${option}[${index}]`;
    if (!Array.isArray(tier) || tier.length === 0) {
      throw wrongType(name, 'a list with an address at least', tier);
    }
    return tier.map((one, place) => resolveAddress(`${name}[${place}]`, one as AddressOptions));
  });
}

/** Splits text: `;` between tiers, `,` between addresses. */
function splitTiers(text: string): string[][] {
  return text.split(';').map((tier) => tier.split(',').map((address) => address.trim()));
}

function resolveAddress(option: string, address: AddressOptions): Address {
  if (typeof address === 'string') return parseAddress(option, address);
  const { weight = 1 } = objectOption(option, address as Record<string, unknown>, KNOWN);
  const shared = { weight: weightOption(`${option}.weight`, weight) };
  if ('path' in address) {
    return { kind: 'unix', path: stringOption(`${option}.path`, address.path), ...shared };
  }
  if ('srv' in address) {
    return { kind: 'srv', name: stringOption(`${option}.srv`, address.srv), ...shared };
  }
  const { host, port } = address;
  return {
    kind: 'host',
    host: stringOption(`${option}.host`, host),
    port: integerOption(`${option}.port`, port, { min: 1, max: 65_535 }),
    ...shared,
  };
}

const KNOWN = ['host', 'port', 'path', 'srv', 'weight'];

/** `host:port`, with IPv6 in brackets as in URLs. */
const HOST_PORT = /^(?:\[(?<v6>[\da-f:.%a-z]+)\]|(?<host>[^\s:[\]/]+)):(?<port>\d{1,5})$/i;

function parseAddress(option: string, text: string): Address {
  const [, place = text, weightText = '1'] = /^(.*)\*([\d.]+)$/.exec(text) ?? [];
  const weight = weightOption(`${option} (weight)`, Number(weightText));
  if (place.startsWith('unix:')) {
    return { kind: 'unix', path: stringOption(option, place.slice(5)), weight };
  }
  if (place.startsWith('srv:')) {
    return { kind: 'srv', name: stringOption(option, place.slice(4)), weight };
  }
  const { v6, host = v6, port } = HOST_PORT.exec(place)?.groups ?? {};
  if (host === undefined) {
    throw wrongType(option, 'host:port, unix:/path or srv:_name._tcp.example', text);
  }
  const range = { min: 1, max: 65_535 };
  return {
    kind: 'host',
    host,
    port: integerOption(`${option} (port)`, Number(port), range),
    weight,
  };
}

function weightOption(name: string, value: unknown): number {
  return numberOption(name, value, { min: 0.001, max: 1_000_000 });
}

/** Text of an address for errors and pages, without its weight. */
export function addressText(address: Address): string {
  if (address.kind === 'unix') return `unix:${address.path}`;
  if (address.kind === 'srv') return `srv:${address.name}`;
  const host = address.host.includes(':') ? `[${address.host}]` : address.host;
  return `${host}:${address.port}`;
}
