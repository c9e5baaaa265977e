/** `nestjs-buttress/threads`: thread pools for work that blocks the event loop. */
export type { ErrorClass } from './common/errors/error-class.ts';
export type { AutoOffloadOptions } from './threads/auto-offload.options.ts';
export {
  AutoOffload,
  autoOffload,
  type AutoOffloadEntry,
  type OffloadSample,
} from './threads/auto-offload.ts';
export type { NamedPoolOptions, ThreadPoolOptions } from './threads/pool.options.ts';
export type { CancelPolicy, ThreadKind } from './threads/thread-kinds.ts';
export type { ThreadMethodOptions } from './threads/thread-method.options.ts';
export { withoutOffload } from './threads/thread-method.ts';
export { ThreadScope } from './threads/thread-scope.ts';
export { CpuBound, CpuBoundIf, IoBound, type Offloadable } from './threads/threads.decorator.ts';
export {
  ThreadCancelledError,
  ThreadContextBootError,
  ThreadLostError,
  ThreadMethodsError,
  ThreadPoolBusyError,
  ThreadSerializationError,
  ThreadTimeoutError,
} from './threads/threads.errors.ts';
export { ThreadsModule } from './threads/threads.module.ts';
export type {
  ThreadResourceLimits,
  ThreadsMode,
  ThreadsModuleOptions,
} from './threads/threads.options.ts';
export { transferResult } from './threads/transfer.ts';
