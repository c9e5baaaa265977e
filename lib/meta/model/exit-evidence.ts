import type { PulsePoint } from '../../insight/pulse.ts';
import type { EndedRecord, LiveRecord } from '../../insight/request-record.ts';
import type { ErrorGroup } from '../../logging/recent-errors.ts';

/** Time before the end within which an error may be its cause. */
const CLOSE_MS = 10_000;

/** Evidence that a worker reported before its end. */
export interface ExitEvidence {
  /** Its latest error, shortly before the end. */
  error: Pick<ErrorGroup, 'name' | 'message' | 'stack'> | null;
  /** Requests in flight at its last report, or the one of the error. */
  requests: Pick<LiveRecord, 'id' | 'method' | 'route'>[];
  /** Its last second. */
  pulse: Omit<PulsePoint, 'latency'> | null;
}

/** Reports that it is found in, as they are kept of ended workers. */
export interface LeftReports {
  errors?: readonly ErrorGroup[] | undefined;
  requests?: { live: readonly LiveRecord[]; failed: readonly EndedRecord[] } | undefined;
  pulse?: PulsePoint | undefined;
}

/** Maximum requests kept of one exit. */
const MAX_REQUESTS = 5;

/** Evidence of an end; null: the worker left none, or it is forgotten. */
export function exitEvidenceOf(
  { errors = [], requests, pulse }: LeftReports,
  endedAt: number,
): ExitEvidence | null {
  const latest = errors.toSorted((a, b) => b.lastAt - a.lastAt)[0];
  const error = latest !== undefined && endedAt - latest.lastAt < CLOSE_MS ? latest : undefined;
  const atWork = requestsOf(requests, error?.requestId);
  if (error === undefined && atWork.length === 0 && pulse === undefined) return null;
  return {
    error: error === undefined ? null : partsOf(error),
    requests: atWork.slice(0, MAX_REQUESTS).map(({ id, method, route }) => ({ id, method, route })),
    pulse: pulse === undefined ? null : withoutLatency(pulse),
  };
}

/** The request of the error, if it is known; otherwise those at work. */
function requestsOf(
  requests: LeftReports['requests'],
  id: string | undefined,
): readonly (LiveRecord | EndedRecord)[] {
  const { live = [], failed = [] } = requests ?? {};
  const own = [...live, ...failed].find((one) => one.id === id);
  return own === undefined ? live : [own];
}

function partsOf({ name, message, stack }: ErrorGroup): ExitEvidence['error'] {
  return { name, message, stack };
}

function withoutLatency({ latency: _latency, ...figures }: PulsePoint): ExitEvidence['pulse'] {
  return figures;
}
