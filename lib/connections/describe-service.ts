import type { Address } from './settings/address.ts';
import type { ServiceDescription, ShownAddress } from './dialer.ts';
import type { ServiceSettings } from './settings/service.options.ts';

/** Describes a service to its clients. */
export function describeService(settings: ServiceSettings): ServiceDescription {
  const { name, tls, propagate, tiers, timeouts, maxConnections } = settings;
  const addresses = tiers.flat().length;
  return {
    name,
    tls,
    propagate,
    address: shown(tiers[0]?.[0]),
    connectTimeoutMs: timeouts.connectMs,
    readTimeoutMs: timeouts.readMs,
    maxConnections: maxConnections * addresses,
  };
}

function shown(address: Address | undefined): ShownAddress {
  if (address === undefined) return { host: 'localhost', port: 0, path: undefined };
  if (address.kind === 'unix') return { host: 'localhost', port: 0, path: address.path };
  if (address.kind === 'srv') return { host: address.name, port: 0, path: undefined };
  return { host: address.host, port: address.port, path: undefined };
}
