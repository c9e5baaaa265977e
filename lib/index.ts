export { ButtressError, isButtressError, type ButtressErrorCode } from './common/buttress.error.ts';
export {
  ClusteredFastifyAdapter,
  type ClusteredFastifyOptions,
} from './cluster/clustered-fastify.adapter.ts';
export { ListenError } from './cluster/cluster.errors.ts';
export type { Bootstrap, Closable, WorkerRuntime } from './cluster/worker-runtime.ts';
export { Reports, ReportError, type OperationAccess } from './reports/reports.ts';
