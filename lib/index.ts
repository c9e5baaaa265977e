// Re-exported so that they match `LoggingModule`: nestjs-pino has separate classes for `require`.
export { InjectPinoLogger, Logger, PinoLogger } from 'nestjs-pino';
export { Admission, SkipAdmissionLimit, Priority } from './admission/admission.decorator.ts';
export { AdmissionError } from './admission/admission.errors.ts';
export { ButtressModule } from './buttress.module.ts';
export type {
  ButtressAsyncOptions,
  ButtressFeatureOptions,
  ButtressModuleOptions,
  OptionalFeature,
} from './buttress.options.ts';
export type { ProxyProtocolOptions } from './cluster/adapter/adapter.options.ts';
export {
  type AnyServer,
  ClusteredFastifyAdapter,
  type ClusteredFastifyOptions,
} from './cluster/adapter/clustered-fastify.adapter.ts';
export type { AdapterOptions } from './cluster/adapter/adapter.options.ts';
export { acceptProxyProtocol } from './cluster/adapter/proxy-protocol.ts';
export { LivenessCheck } from './cluster/liveness/liveness-check.decorator.ts';
export { LivenessModule } from './cluster/liveness/liveness.module.ts';
export type { Bootstrap, Closable, WorkerRuntime } from './cluster/worker-runtime.ts';
export type {
  AsyncOptions,
  OptionsFactory,
  OptionsFromClass,
  OptionsFromFunction,
  OptionsFromProvider,
} from './common/nest/async-options.ts';
export type { LivenessCheckOptions } from './common/checks/check.options.ts';
export {
  ButtressError,
  isButtressError,
  type ButtressErrorCode,
} from './common/errors/buttress.error.ts';
export { DecoratorUseError, ModuleUseError } from './common/nest/module-use.errors.ts';
export { PlatformError } from './common/nest/platform.ts';
export { ConnectionManager } from './connections/connection-manager.ts';
export { ConnectionError } from './connections/connection.errors.ts';
export type { ServiceOptions } from './connections/settings/service.options.ts';
export { AppContext } from './context/app-context.ts';
export { ContextKey } from './context/context-key.ts';
export { CurrentContext, SkipDeadline, UseContext } from './context/context.decorator.ts';
export { ContextAbortError, NoContextError } from './context/context.errors.ts';
export { Context } from './context/context.ts';
export type { RequestContext } from './context/request-context.ts';
export { bootTimings } from './insight/boot-timings.ts';
export { LogLevels } from './logging/log-levels.provider.ts';
export type { MetaContent } from './meta/own/meta-content.ts';
export { MetaPage } from './meta/own/meta-page.decorator.ts';
export { ReadinessCheck } from './meta/own/readiness-check.decorator.ts';
export type { MetaSetup } from './meta/setup.ts';
export { Reports } from './reports/reports.ts';
export { Stats } from './stats/stats.ts';
export { Counted, Timed } from './stats/timed.decorator.ts';
export { autoOffload } from './threads/auto-offload.ts';
export { CpuBound, CpuBoundIf, IoBound } from './threads/threads.decorator.ts';
export { ThreadPoolBusyError, ThreadTimeoutError } from './threads/threads.errors.ts';
export { transferResult } from './threads/transfer.ts';
