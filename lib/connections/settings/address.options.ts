import { wrongType } from '../../common/options/checks.ts';
import { type Kind, option, required } from '../../common/options/kind.ts';
import { either, fraction, mapped, text, whole } from '../../common/options/kinds.ts';
import { type GivenOf, optionGroup } from '../../common/options/option-group.ts';
import { type Address, weightedText } from './address.ts';
import { filledListOf, orText, separated } from './text-forms.ts';

const weights = fraction({ min: 0.001, max: 1_000_000 });

export const hostAddressOptions = optionGroup({
  /** Host name or IP address. */
  host: required(text),
  /** TCP port. */
  port: required(whole({ min: 1, max: 65_535 })),
  /** Share of first attempts, relative to the other addresses of the tier. */
  weight: option(weights, 1),
});

/** Address by host and port. */
export interface HostAddressOptions extends GivenOf<typeof hostAddressOptions> {}

export const unixAddressOptions = optionGroup({
  /** Path of a unix socket. */
  path: required(text),
  /** Share of first attempts, relative to the other addresses of the tier. */
  weight: option(weights, 1),
});

/** Address by Unix socket path. */
export interface UnixAddressOptions extends GivenOf<typeof unixAddressOptions> {}

export const srvAddressOptions = optionGroup({
  /** Name of SRV records: `_name._tcp.example`. */
  srv: required(text),
  /** Share of first attempts, relative to the other addresses of the tier. */
  weight: option(weights, 1),
});

/** Address by SRV record. */
export interface SrvAddressOptions extends GivenOf<typeof srvAddressOptions> {}

/**
 * Address of a service. As text: `host:port`, `unix:/path` or `srv:_name._tcp.example`, with
 * `*weight` appended unless it is 1.
 */
export type AddressOptions = string | HostAddressOptions | UnixAddressOptions | SrvAddressOptions;

const host = mapped(hostAddressOptions, (own): Address => Object.freeze({ kind: 'host', ...own }));
const unix = mapped(unixAddressOptions, (own): Address => Object.freeze({ kind: 'unix', ...own }));
const srv = mapped(srvAddressOptions, ({ srv: name, weight }): Address => {
  return Object.freeze({ kind: 'srv', name, weight });
});

const address: Kind<AddressOptions, Address> = orText(
  either(unix, has('path'), either(srv, has('srv'), host)),
  parseAddress,
);

/** Addresses by tier. As text: `;` separates tiers, `,` addresses. */
export const tierList: Kind<
  string | readonly (readonly AddressOptions[])[],
  readonly (readonly Address[])[]
> = {
  ...orText(
    filledListOf(
      filledListOf(address, 'a list of addresses, one at least'),
      'a list of tiers, each a list of addresses',
    ),
    (given) => separated(given, ';').map((tier) => separated(tier, ',')),
  ),
  accepts: 'lists of addresses, text',
  show: (tiers) => tiers.map((tier) => tier.map(weightedText)),
};

function has(key: string): (given: unknown) => boolean {
  return (given) => typeof given === 'object' && given !== null && key in given;
}

/** `host:port`, with IPv6 in brackets as in URLs. */
const HOST_PORT = /^(?:\[(?<v6>[\da-f:.%a-z]+)\]|(?<host>[^\s:[\]/]+)):(?<port>\d{1,5})$/i;

function parseAddress(given: string, name: string): Exclude<AddressOptions, string> {
  const [, place = given, weight = '1'] = /^(.*)\*([\d.]+)$/.exec(given) ?? [];
  const shared = { weight: Number(weight) };
  if (place.startsWith('unix:')) return { path: place.slice(5), ...shared };
  if (place.startsWith('srv:')) return { srv: place.slice(4), ...shared };
  const { v6, host: bare = v6, port } = HOST_PORT.exec(place)?.groups ?? {};
  if (bare !== undefined) return { host: bare, port: Number(port), ...shared };
  throw wrongType(name, 'host:port, unix:/path or srv:_name._tcp.example', given);
}
