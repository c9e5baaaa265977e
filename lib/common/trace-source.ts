import { processWide } from './process/process-wide.ts';

/** Id of the trace of the request that is handled now; undefined: none that others know. */
export type TraceIdSource = () => string | undefined;

/** Set by the context of requests, for features that must not depend on it. */
export const traceSource = processWide<{ current?: TraceIdSource }>('trace-source', () => ({}));
