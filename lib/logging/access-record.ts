import type { SentAnswer } from '../common/http/request-hooks.ts';
import { routeOf, type RoutedRequest } from '../common/http/route-of.ts';
import { rounded } from '../common/rounded.ts';
import type { ManagedContext } from '../context/managed-context.ts';

/** The request data of an access record. */
export interface RecordedRequest extends RoutedRequest {
  readonly method: string;
  /** Undefined over a unix socket, and after the connection is gone. */
  readonly ip: string | undefined;
}

/** Access record of a request, besides its id. */
export interface AccessRecord {
  method: string;
  /** Route pattern, never the URL, which may contain secrets. `none`: no match. */
  route: string;
  status: number;
  /** From the start of the request to the end of its answer. */
  durationMs: number;
  /** Wait for admission. */
  queueWaitMs: number;
  remoteAddress: string | undefined;
  /** Set if the client left before the end of the answer. */
  isAborted?: true;
  /** Milliseconds per step. */
  timings?: Record<string, number>;
  notes?: Record<string, unknown>;
}

export function accessRecord(
  request: RecordedRequest,
  { statusCode, elapsedTime }: SentAnswer,
  context: ManagedContext | undefined,
): AccessRecord {
  const record: AccessRecord = {
    method: request.method,
    route: routeOf(request),
    status: statusCode,
    durationMs: rounded(elapsedTime),
    queueWaitMs: rounded(context?.queueWaitMs ?? 0),
    remoteAddress: request.ip,
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
