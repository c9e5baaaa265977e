/** `nestjs-buttress/cluster`: the API of the primary. Loads neither Nest nor an application. */
export {
  ButtressError,
  isButtressError,
  type ButtressErrorCode,
} from './common/errors/buttress.error.ts';
export {
  AcceptThreadError,
  BootstrapError,
  GroupOperationError,
  GroupStartError,
  GroupUseError,
  ListenError,
  TransportError,
  ReloadError,
  UnsupportedNodeError,
  UnsupportedPlatformError,
  UpgradeError,
} from './cluster/cluster.errors.ts';
export type { DrainOptions, ResolvedDrainOptions } from './cluster/drain.options.ts';
export { Group } from './cluster/group.ts';
export type {
  AcceptQueueOptions,
  BlockedLoopOptions,
  GroupOptions,
  MetricsListenerOptions,
  ProbesOptions,
  ResolvedAcceptQueueOptions,
  ResolvedBlockedLoopOptions,
  ResolvedGroupOptions,
  ResolvedSupervisionOptions,
  SupervisionOptions,
} from './cluster/group.options.ts';
export type { RecycleOptions, ResolvedRecycleOptions } from './cluster/recycle.options.ts';
export type { ReloadOptions, ResolvedReloadOptions, Surge } from './cluster/reload.options.ts';
export type { ReloadOutcome } from './cluster/replacing/reload.ts';
export type { ElasticWorkersOptions, ResolvedElasticWorkers } from './cluster/workers.options.ts';
export { runSingle } from './cluster/single/run-single.ts';
export type { RunSingleOptions } from './cluster/single/single.options.ts';
export type { TransportKind } from './cluster/protocol/transport.ts';
export type { ResolvedSecondaryListener } from './common/http/secondary-listener.options.ts';
