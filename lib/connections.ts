/** `nestjs-buttress/connections`: connections to services. */
export type { HealthState } from './connections/addresses/address-health.ts';
export type { Phase as ConnectionPhase } from './connections/pool/attempt-record.ts';
export { outgoingHeaders, type OutgoingHeaders } from './connections/clients/headers.ts';
export {
  type OpenSocket as LazySocketDial,
  LazySocket,
} from './connections/clients/lazy-socket.ts';
export { serviceLookup } from './connections/clients/lookup.ts';
export type { LazySocketOptions } from './connections/clients/lazy-socket.options.ts';
export type { RelayOptions } from './connections/clients/relay.options.ts';
export { relay, type Relay } from './connections/clients/relay.ts';
export { lazySocket } from './connections/clients/sockets.ts';
export { ConnectionManager } from './connections/connection-manager.ts';
export {
  ConnectionError,
  type ConnectionErrorDetails,
  type ConnectionFailure,
} from './connections/connection.errors.ts';
export type {
  ConnectionsSnapshot,
  EndpointSnapshot,
  PhaseSnapshot,
  ServiceSnapshot,
  TierSnapshot,
} from './connections/services/connections-snapshot.ts';
export { ConnectionsModule } from './connections/connections.module.ts';
export type { DialOptions, LeaseOptions, ResolveOptions } from './connections/dial.options.ts';
export type {
  Dialer,
  Propagation,
  ResolvedAddress,
  ServiceDescription,
  ShownAddress,
} from './connections/dialer.ts';
export type { PoolCounts } from './connections/pool/endpoint-pool.ts';
export type { Lease } from './connections/pool/lease.ts';
export type { LeaseCounts } from './connections/pool/leases.ts';
export type {
  Found,
  NamedAddress,
  NameResolver,
  ServiceRecord,
} from './connections/name-resolver.ts';
export type { RunOptions } from './connections/calls/run.options.ts';
export type { ConnectionWork } from './connections/calls/run-work.ts';
export type { RecentError, RequestCounts } from './connections/calls/service-counts.ts';
export type {
  AddressOptions,
  HostAddressOptions,
  SrvAddressOptions,
  UnixAddressOptions,
} from './connections/settings/address.options.ts';
export type {
  ConnectionsFeatureOptions,
  ConnectionsModuleOptions,
  DnsOptions,
  SocketOptions,
} from './connections/settings/connections.options.ts';
export type {
  HealthCheckOptions,
  PoolOptions,
  PropagateOptions,
  RetryOptions,
  ServiceDefaults,
  ServiceOptions,
  TimeoutOptions,
} from './connections/settings/service.options.ts';
