import type { HookReply, HookRequest } from '../common/request-hooks.ts';
import type { RequestContext } from '../context/request-context.ts';
import type { TimedStep } from '../context/timings.ts';

/** One step of a request, from its beginning on. */
export interface RequestStep {
  name: string;
  /** After the request began, in milliseconds. */
  atMs: number;
  ms: number;
}

/** A request, as pages show it. Never its URL: that may hold secrets. */
export interface RequestRecord {
  id: string;
  method: string;
  /** Pattern of the route; `none`: no route matched. */
  route: string;
  /** When it began, in milliseconds since the epoch. */
  startedAt: number;
  /** How long it took, or has taken. */
  durationMs: number;
  /** How long it waited to be admitted, in milliseconds. */
  queueWaitMs: number;
  /** What the client calls itself. */
  userAgent: string;
  steps: RequestStep[];
}

/** A request that has not been answered. */
export interface LiveRecord extends RequestRecord {
  /** Where it is: `admission`, `handler`, or the step that it is in. */
  where: string;
  /** Time left, in milliseconds; null: no deadline. */
  remainingMs: number | null;
}

/** A request that was answered, or whose client left. */
export interface EndedRecord extends RequestRecord {
  status: number;
  /** The client left before it had its answer. */
  isAborted: boolean;
}

const MAX_USER_AGENT = 200;

export function recordOf(context: RequestContext, request: HookRequest): RequestRecord {
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
    steps: steps.map((step) => stepOf(step, context.startedAt)),
  };
}

export function liveRecordOf(context: RequestContext, request: HookRequest): LiveRecord {
  const { remainingMs } = context;
  return {
    ...recordOf(context, request),
    where: whereIs(context),
    remainingMs: remainingMs === Infinity ? null : rounded(remainingMs),
  };
}

export function endedRecordOf(
  context: RequestContext,
  request: HookRequest,
  { raw }: HookReply,
): EndedRecord {
  const isAborted = !raw.writableEnded;
  return { ...recordOf(context, request), status: statusOf(raw, isAborted), isAborted };
}

/** 499, as proxies write it, where nothing was answered. */
export function statusOf(raw: HookReply['raw'], isAborted: boolean): number {
  return isAborted && !raw.headersSent ? 499 : raw.statusCode;
}

export function routeOf({ routeOptions }: HookRequest): string {
  return routeOptions?.url ?? 'none';
}

function whereIs(context: RequestContext): string {
  if (context.isQueued) return 'queue';
  const step = context.hasTimings ? context.timings.running.at(-1) : undefined;
  return step?.name ?? 'handler';
}

function stepOf({ name, startedAt, ms }: TimedStep, from: number): RequestStep {
  return { name, atMs: rounded(Math.max(0, startedAt - from)), ms: rounded(ms) };
}

/** Microseconds are precise enough, and shorter. */
function rounded(ms: number): number {
  return Math.round(ms * 1_000) / 1_000;
}
