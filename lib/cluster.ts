/** `nestjs-buttress/cluster`: the primary's side. Loads neither Nest nor an application. */
export { ButtressError, isButtressError, type ButtressErrorCode } from './common/buttress.error.ts';
export {
  AcceptThreadError,
  BootstrapError,
  GroupStartError,
  GroupUseError,
  ListenError,
  TransportError,
  UnsupportedNodeError,
  UnsupportedPlatformError,
} from './cluster/cluster.errors.ts';
export { Group } from './cluster/group.ts';
export type {
  AcceptQueueOptions,
  AddressOptions,
  DrainOptions,
  GroupOptions,
  ResolvedGroupOptions,
  SupervisionOptions,
} from './cluster/group.options.ts';
export { runSingle } from './cluster/run-single.ts';
export type { Bootstrap, Closable, WorkerRuntime } from './cluster/worker-runtime.ts';
