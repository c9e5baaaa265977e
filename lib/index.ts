export { Admission, NotLimited, Priority } from './admission/admission.decorator.ts';
export type { AdmissionRouteOptions } from './admission/admission.decorator.ts';
export { AdmissionError } from './admission/admission.errors.ts';
export { AdmissionModule } from './admission/admission.module.ts';
export type {
  AdmissionModuleOptions,
  AdmissionRequest,
  BodyOptions,
  BypassOptions,
  MemoryOptions,
  PriorityOptions,
  QueueOptions,
  QuotaOptions,
} from './admission/admission.options.ts';
export { GradientLimiter, type GradientOptions } from './admission/gradient-limiter.ts';
export { FixedLimiter, type Limiter, type LimiterFactory } from './admission/limiter.ts';
export type { Priority as PriorityName } from './admission/priority.ts';
export type { RefusalReason } from './admission/refusal-reason.ts';
export { ButtressModule } from './buttress.module.ts';
export type {
  ButtressAsyncOptions,
  ButtressFeatureOptions,
  ButtressModuleOptions,
  OptionalFeature,
} from './buttress.options.ts';
export type { CheckOptions } from './common/check.options.ts';
export type {
  AsyncOptions,
  OptionsFactory,
  OptionsFromClass,
  OptionsFromFunction,
  OptionsFromProvider,
} from './common/async-options.ts';
export type { Clock } from './common/clock.ts';
export type { ProcessIdentity } from './common/lifecycle.ts';
export { DecoratorUseError, ModuleUseError } from './common/module-use.errors.ts';
export { PlatformError } from './common/platform.ts';
export { ButtressError, isButtressError, type ButtressErrorCode } from './common/buttress.error.ts';
export {
  type AnyServer,
  ClusteredFastifyAdapter,
  type ClusteredFastifyOptions,
} from './cluster/adapter/clustered-fastify.adapter.ts';
export {
  LivenessCheck,
  type LivenessCheckOptions,
} from './cluster/liveness/liveness-check.decorator.ts';
export { LivenessModule } from './cluster/liveness/liveness.module.ts';
export { ListenError } from './cluster/cluster.errors.ts';
export {
  acceptProxyProtocol,
  type ProxyProtocolOptions,
} from './cluster/adapter/proxy-protocol.ts';
export type { Bootstrap, Closable, WorkerRuntime } from './cluster/worker-runtime.ts';
export {
  BufferedSocketError,
  MessageTooLongError,
  NetstringError,
  SocketAbortedError,
  SocketBusyError,
  SocketClosedError,
  SocketDetachError,
  SocketEndedError,
  type SocketErrorOptions,
  SocketFailedError,
  type SocketOperation,
  SocketTimeoutError,
} from './buffered-socket/buffered-socket.errors.ts';
export type { BufferedSocketOptions } from './buffered-socket/buffered-socket.options.ts';
export {
  BufferedSocket,
  type MaxSizeOptions,
  type MessageParser,
  type ReadUntilOptions,
} from './buffered-socket/buffered-socket.ts';
export type { Bytes } from './buffered-socket/bytes.ts';
export { NetstringSocket } from './buffered-socket/netstring-socket.ts';
export type { UnreadBytes } from './buffered-socket/unread.ts';
export type { WaitOptions } from './buffered-socket/wait-limits.ts';
export { outgoingHeaders, type OutgoingHeaders } from './connections/clients/headers.ts';
export { type Dial as LazySocketDial, LazySocket } from './connections/clients/lazy-socket.ts';
export { serviceLookup } from './connections/clients/lookup.ts';
export { relay, type Relay } from './connections/clients/relay.ts';
export { lazySocket, type LazySocketOptions, type TlsBy } from './connections/clients/sockets.ts';
export type { HealthState } from './connections/address-health.ts';
export type { Phase as ConnectionPhase } from './connections/attempt-record.ts';
export {
  ConnectionError,
  type ConnectionErrorDetails,
  type ConnectionFailure,
} from './connections/connection.errors.ts';
export { ConnectionManager } from './connections/connection-manager.ts';
export { ConnectionsModule } from './connections/connections.module.ts';
export type {
  AddressOptions,
  ConnectionsFeatureOptions,
  ConnectionsModuleOptions,
  DnsOptions,
  HealthCheckOptions,
  LimitOptions,
  PoolOptions,
  PropagateOptions,
  RetryOptions,
  ServiceOptions,
  SocketOptions,
  TimeoutOptions,
} from './connections/connections.options.ts';
export type {
  ConnectionsSnapshot,
  EndpointSnapshot,
  PhaseSnapshot,
  ServiceSnapshot,
  TierSnapshot,
} from './connections/connections-snapshot.ts';
export type {
  Dialer,
  DialOptions,
  Propagation,
  ResolvedAddress,
  ServiceDescription,
  ShownAddress,
} from './connections/dialer.ts';
export type { PoolCounts } from './connections/endpoint-pool.ts';
export type { Lease } from './connections/lease.ts';
export type { LeaseCounts } from './connections/leases.ts';
export type {
  Found,
  NamedAddress,
  NameResolver,
  ServiceRecord,
} from './connections/name-resolver.ts';
export type { ConnectionWork, RunOptions } from './connections/run-work.ts';
export type { RecentError, RequestCounts } from './connections/service-counts.ts';
export { type ConfigEntry, ConfigSources } from './common/options/config-sources.ts';
export { AppContext } from './context/app-context.ts';
export type { Baggage } from './context/baggage.ts';
export { ContextKey, type ContextKeyOptions } from './context/context-key.ts';
export { CurrentContext, NoDeadline, UseContext } from './context/context.decorator.ts';
export { type AbortReason, ContextAbortError, NoContextError } from './context/context.errors.ts';
export { ContextModule } from './context/context.module.ts';
export type { ContextModuleOptions, DeadlineOptions } from './context/context.options.ts';
export { Context, type ContextRunOptions } from './context/context.ts';
export type { Log } from './context/log.ts';
export type { CapturedContext, NoteValue, RequestContext } from './context/request-context.ts';
export type { RunningStep, TimedStep, Timing, Timings } from './context/timings.ts';
export type { Trace } from './context/trace.ts';
// Re-exported so that they match `LoggingModule`: nestjs-pino has separate classes for `require`.
export { InjectPinoLogger, Logger, PinoLogger } from 'nestjs-pino';
export type { LevelName, LevelOverride, LevelsSnapshot } from './logging/levels.ts';
export { LogLevels } from './logging/log-levels.provider.ts';
export { LoggingModule } from './logging/logging.module.ts';
export type { LoggingModuleOptions } from './logging/logging.options.ts';
export { Redactor, type RedactorOptions } from './logging/redactor.ts';
export type {
  AccessLevel,
  GuardedOperation,
  SecondaryListenerOptions,
} from './common/secondary-listener.options.ts';
export { bootTimings, type Instrument } from './insight/boot-timings.ts';
export type { InsightOptions } from './insight/insight.options.ts';
export type { Visitor } from './meta/access.ts';
export { MetaModule } from './meta/meta.module.ts';
export type { MetaModuleOptions } from './meta/meta.options.ts';
export type { MetaChart, MetaContent, MetaFacts, MetaTable } from './meta/own/meta-content.ts';
export {
  MetaPage,
  type MetaPageOptions,
  type PageDecorator,
} from './meta/own/meta-page.decorator.ts';
export {
  ReadinessCheck,
  type ReadinessCheckOptions,
} from './meta/own/readiness-check.decorator.ts';
export type { MetaRequest, MetaSetup, MetaUser } from './meta/setup.ts';
export { html, Html, type HtmlValue } from './meta/view/html.ts';
export {
  type OperationAbout,
  type OperationAccess,
  type OperationDefinition,
  type OperationDescription,
  type OperationField,
  type OperationHandler,
  type RegisterOptions,
  ReportError,
  Reports,
  type SnapshotSource,
} from './reports/reports.ts';
export type { CardinalityData } from './stats/cardinality.ts';
export type { Counter } from './stats/counter.ts';
export type {
  Distribution,
  DistributionData,
  DistributionPoint,
  DistributionSnapshot,
  Summary,
} from './stats/distribution.ts';
export type { Duration, RunningTimer } from './stats/duration.ts';
export type { Labels } from './stats/family.ts';
export type { Gauge } from './stats/gauge.ts';
export type { HeavyHitter } from './stats/heavy-hitters.ts';
export type { Interval } from './stats/interval.ts';
export { mergeStats } from './stats/merge.ts';
export type { MomentsData } from './stats/moments.ts';
export type { Averages } from './stats/moving-average.ts';
export type { MetricsPage } from './stats/prometheus-page.ts';
export type {
  StatisticKind,
  StatisticSnapshots,
  StatSnapshot,
  StatSnapshotOf,
} from './stats/snapshot.ts';
export type { StateMachine, States, StatesSnapshot } from './stats/states.ts';
export type { BinsData, SketchData } from './stats/quantile-sketch.ts';
export { StatsError } from './stats/stats.errors.ts';
export { StatsModule } from './stats/stats.module.ts';
export type { StatsModuleOptions } from './stats/stats.options.ts';
export { type StatisticOptions, Stats, type StatsOptions } from './stats/stats.ts';
export type { StreamSketch, StreamSketchSnapshot } from './stats/stream-sketch.ts';
export { Counted, Timed } from './stats/timed.decorator.ts';
export {
  AutoOffload,
  autoOffload,
  type AutoOffloadEntry,
  type AutoOffloadOptions,
  type OffloadSample,
} from './threads/auto-offload.ts';
export {
  type CancelPolicy,
  noDefer,
  type ThreadKind,
  type ThreadMethodOptions,
} from './threads/thread-method.ts';
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
  ErrorClass,
  NamedPoolOptions,
  ThreadContextOptions,
  ThreadPoolOptions,
  ThreadsMode,
  ThreadsModuleOptions,
} from './threads/threads.options.ts';
export { transferResult } from './threads/transfer.ts';
