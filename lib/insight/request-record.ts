import type { HookReply, HookRequest } from '../common/http/request-hooks.ts';
import { routeOf } from '../common/http/route-of.ts';
import { rounded } from '../common/rounded.ts';
import type { ManagedContext } from '../context/managed-context.ts';
import type { TimedStep } from '../context/timings.ts';

/** Step of a request. */
export interface RequestStep {
  name: string;
  /** Start of the step, from the start of the request. */
  atMs: number;
  ms: number;
}

/** Request as pages show it. Omits the URL, which may hold secrets. */
export interface RequestRecord {
  id: string;
  method: string;
  /** Route pattern; `none`: no route matched. */
  route: string;
  /** Start, in milliseconds since the epoch. */
  startedAt: number;
  /** Duration; of a request in flight, its age. */
  durationMs: number;
  /** Wait for admission. */
  queueWaitMs: number;
  /** Header `user-agent`, truncated. */
  userAgent: string;
  /** Id of its trace, if anybody else knows of it. */
  traceId: string | null;
  steps: RequestStep[];
}

/** Request that has not been answered. */
export interface LiveRecord extends RequestRecord {
  /** Current position: `queue`, `handler`, or the name of the running step. */
  where: string;
  /** Time until the deadline; null: no deadline. */
  remainingMs: number | null;
}

/** Request that was answered, or whose client left. */
export interface EndedRecord extends RequestRecord {
  status: number;
  /** Whether the client left before the answer was complete. */
  isAborted: boolean;
}

const MAX_USER_AGENT = 200;

/** Request with the trace of the span in which it began, if there was one. */
export interface TracedRequest {
  readonly context: ManagedContext;
  readonly request: HookRequest;
  readonly traceId: string | undefined;
}

function recordOf({ context, request, traceId }: TracedRequest): RequestRecord {
  const { headers, method = '' } = request.raw;
  const durationMs = context.ageMs;
  const steps = context.hasTimings ? context.timings.steps : [];
  return {
    id: context.id,
    method,
    route: routeOf(request),
    startedAt: Math.round(Date.now() - durationMs),
    durationMs: rounded(durationMs),
    queueWaitMs: rounded(context.queueWaitMs),
    userAgent: (headers['user-agent'] ?? '').slice(0, MAX_USER_AGENT),
    traceId: traceId ?? context.carriedTrace?.traceId ?? null,
    steps: steps.map((step) => stepOf(step, context.startedAt)),
  };
}

export function liveRecordOf(traced: TracedRequest): LiveRecord {
  const { context } = traced;
  const { remainingMs } = context;
  return {
    ...recordOf(traced),
    where: whereIs(context),
    remainingMs: remainingMs === Infinity ? null : rounded(remainingMs),
  };
}

export function endedRecordOf(traced: TracedRequest, { raw }: HookReply): EndedRecord {
  const isAborted = !raw.writableEnded;
  return { ...recordOf(traced), status: statusOf(raw, isAborted), isAborted };
}

/** Status, or 499, as proxies log it, if the client left before any answer. */
export function statusOf(raw: HookReply['raw'], isAborted: boolean): number {
  return isAborted && !raw.headersSent ? 499 : raw.statusCode;
}

function whereIs(context: ManagedContext): string {
  if (context.isQueued) return 'queue';
  const step = context.hasTimings ? context.timings.running.at(-1) : undefined;
  return step?.name ?? 'handler';
}

function stepOf({ name, startedAt, ms }: TimedStep, from: number): RequestStep {
  return { name, atMs: rounded(Math.max(0, startedAt - from)), ms: rounded(ms) };
}
