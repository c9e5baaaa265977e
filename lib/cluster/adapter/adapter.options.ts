import { DAY_MS } from '../../common/clock.ts';
import { wrongOption } from '../../common/errors/wrong-use.ts';
import { addresses } from '../../common/http/address-list.ts';
import { noteOption } from '../../common/options/config-sources.ts';
import { configValues } from '../../common/options/config-values.ts';
import { type Kind, option, optional, required } from '../../common/options/kind.ts';
import { orFalse, whole } from '../../common/options/kinds.ts';
import { thisMachine } from '../../common/options/machine.ts';
import { type GivenOf, optionGroup, type ResolvedOf } from '../../common/options/option-group.ts';

/** In a list of proxies: all that connect to a path. */
export const UNIX = 'unix';

const proxies: Kind<readonly string[]> = {
  accepts: 'addresses, subnets, `unix`',
  check(name, given, machine) {
    const list = given as readonly string[];
    const isList = Array.isArray(list);
    addresses.check(name, isList ? list.map((one) => (one === UNIX ? '::1' : one)) : list, machine);
    return Object.freeze([...list]);
  },
};

export const proxyProtocolOptions = optionGroup({
  /**
   * Addresses and networks (`10.0.0.0/8`) of the proxies, and `unix` for all connections to a path:
   * every connection from them must begin with the header. Others are never parsed for one.
   */
  trust: required(proxies),
  /** Time limit for the header. */
  headerTimeoutMs: option(whole({ min: 1, max: 3_600_000 }), 5_000),
});

/** Proxies that name their clients with the PROXY protocol. */
export interface ProxyProtocolOptions extends GivenOf<typeof proxyProtocolOptions> {}

export const adapterOptions = optionGroup({
  /** Proxies that send client addresses in the PROXY protocol; none unless given. */
  proxyProtocol: optional(proxyProtocolOptions),
  /**
   * Longest time for which a client may read nothing of a pending response before its connection is
   * closed; `false`: no limit. Fastify's `connectionTimeout` takes its place.
   */
  sendTimeoutMs: option(orFalse(whole({ min: 1, max: DAY_MS }), undefined), 60_000),
});

/** Options of `ClusteredFastifyAdapter` besides those of Fastify. */
export interface AdapterOptions extends GivenOf<typeof adapterOptions> {}

export type ResolvedAdapterOptions = ResolvedOf<typeof adapterOptions>;

/**
 * Resolves our options among those of Fastify, and notes them for the configuration page. Node has
 * one timer per socket: `connectionTimeout`, if given, takes it.
 *
 * @throws TypeError, RangeError naming the option that is wrong
 */
export function resolveAdapterOptions(
  options: AdapterOptions & { connectionTimeout?: number } = {},
): ResolvedAdapterOptions {
  const { proxyProtocol, sendTimeoutMs, connectionTimeout } = options;
  const takesTimer = Boolean(connectionTimeout);
  const given = { proxyProtocol, sendTimeoutMs };
  const own = adapterOptions.check('', given, thisMachine());
  if (takesTimer && typeof sendTimeoutMs === 'number') {
    throw wrongOption(
      'sendTimeoutMs and connectionTimeout both limit silent clients. Give one of the two.',
    );
  }
  const resolved = takesTimer ? { ...own, sendTimeoutMs: undefined } : own;
  configValues(adapterOptions, 'adapter', { given, resolved }).forEach(noteOption);
  return resolved;
}
