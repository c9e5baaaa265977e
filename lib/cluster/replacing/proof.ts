import type { ManagedWorker } from '../supervision/managed-worker.ts';
import { isStarting } from '../supervision/worker-state.ts';

/** What a new worker must prove before the old one ends. */
export interface ProofTerms {
  /** Boot timeout. */
  bootTimeoutMs: number;
  /** Time that the new worker must stay well after READY. */
  healthyForMs: number;
  /** Whether requests shorten that time. @default false */
  isShortenedByTraffic?: boolean;
}

/** A new worker, as far as its proof is concerned. */
export type NewWorker = Pick<
  ManagedWorker,
  'state' | 'readyAt' | 'reason' | 'isDebugged' | 'livenessFailure' | 'passesChecks' | 'usage'
>;

/** Circumstances of a proof. */
export interface ProofSituation {
  now: number;
  /** Start of the new worker. */
  startedAt: number;
  /** Whether the new worker must pass its readiness checks. */
  mustPassChecks: boolean;
}

/** Proof by a new worker so far. */
export type Proof = 'given' | 'open' | { failure: string };

/** Longest stall of a new worker: its first requests compile much code. */
const MAX_STALL_MS = 2_000;

/** Traffic that shortens a proof, and the share of the time that remains. */
const TRAFFIC = { requests: 20, share: 0.5 } as const;

/** Judges a new worker: READY in time, then well for long enough. */
export function proofOf(candidate: NewWorker, terms: ProofTerms, situation: ProofSituation): Proof {
  const { now, startedAt, mustPassChecks } = situation;
  const isLate = now - startedAt > terms.bootTimeoutMs;
  if (isStarting(candidate.state)) {
    // A debugged worker is never late.
    if (candidate.isDebugged || !isLate) return 'open';
    return { failure: `the new worker was not ready within ${terms.bootTimeoutMs} ms` };
  }
  const failure = illnessOf(candidate, now);
  if (failure !== undefined) return { failure };
  if (candidate.state.kind === 'STALLED' || now < provenAt(candidate, terms)) return 'open';
  if (candidate.passesChecks || !mustPassChecks) return 'given';
  return isLate ? { failure: 'it does not pass its readiness checks' } : 'open';
}

/** Returns why a worker that has started is not well; undefined if it is. */
function illnessOf(candidate: NewWorker, now: number): string | undefined {
  const { state, livenessFailure } = candidate;
  if (!isServing(candidate)) return endOf(candidate);
  if (livenessFailure !== undefined) return `its liveness check fails: ${livenessFailure}`;
  const isBlocked = state.kind === 'STALLED' && now - state.since > MAX_STALL_MS;
  return isBlocked ? endOf(candidate) : undefined;
}

/** When a well worker has proved itself, by what is known now; Infinity while it starts. */
export function provenAt(
  { readyAt = Infinity, usage }: Pick<NewWorker, 'readyAt' | 'usage'>,
  { healthyForMs, isShortenedByTraffic = false }: ProofTerms,
): number {
  const hasTraffic = isShortenedByTraffic && (usage?.requests ?? 0) >= TRAFFIC.requests;
  return readyAt + (hasTraffic ? TRAFFIC.share : 1) * healthyForMs;
}

/** READY, including a momentary stall. */
function isServing({ state }: NewWorker): boolean {
  return state.kind === 'READY' || state.kind === 'STALLED';
}

/** Returns why a new worker is not READY. */
function endOf({ state, reason }: NewWorker): string {
  if (state.kind === 'EXITED') return `the new worker ended: ${state.exit.reason}`;
  if (state.kind === 'STALLED') return 'the event loop of the new worker is blocked';
  return `the new worker was ended: ${reason ?? state.kind}`;
}
