import type { SentAnswer } from '../common/request-hooks.ts';
import type { RequestContext } from '../context/request-context.ts';

/** A request as its record needs it. */
export interface RecordedRequest {
  readonly method: string;
  /** Undefined over a unix socket, and where the connection is gone. */
  readonly ip: string | undefined;
  readonly routeOptions?: { readonly url?: string | undefined } | undefined;
}

/** What an operator wants to know of a request, besides its id. */
export interface AccessRecord {
  method: string;
  /** The pattern, never the URL itself: that may hold secrets. `none`: no route matched. */
  route: string;
  status: number;
  /** From the first byte of the request to the last of the answer. */
  durationMs: number;
  /** How long it waited to be admitted. */
  queueWaitMs: number;
  remoteAddress: string | undefined;
  /** The client left before it had its answer. */
  isAborted?: true;
  /** Time spent per step, in milliseconds. */
  timings?: Record<string, number>;
  notes?: Record<string, unknown>;
}

export function accessRecord(
  { method, ip, routeOptions }: RecordedRequest,
  { statusCode, elapsedTime }: SentAnswer,
  context: RequestContext | undefined,
): AccessRecord {
  const record: AccessRecord = {
    method,
    route: routeOptions?.url ?? 'none',
    status: statusCode,
    durationMs: rounded(elapsedTime),
    queueWaitMs: rounded(context?.queueWaitMs ?? 0),
    remoteAddress: ip,
  };
  if (context?.hasTimings === true) {
    const timings = Object.entries(context.timings.snapshot());
    record.timings = Object.fromEntries(
      timings.map(([name, { totalMs }]) => [name, rounded(totalMs)]),
    );
  }
  if (context?.notes !== undefined) record.notes = Object.fromEntries(context.notes);
  return record;
}

/** Microseconds are precise enough, and shorter. */
function rounded(ms: number): number {
  return Math.round(ms * 1_000) / 1_000;
}
