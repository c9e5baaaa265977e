import { Tally } from '../../common/tally.ts';
import type { ManagedWorker } from './managed-worker.ts';
import { END_CAUSES, type EndCause, type WorkerExit } from './worker-state.ts';

/** How a process ended; `reason` applies if the worker has none yet. */
export interface End {
  code: number | null;
  signal: string | null;
  reason: string | undefined;
  now: number;
  wasAsked: boolean;
}

function causeOf({ endCause, readyAt }: ManagedWorker, { code, signal, wasAsked }: End): EndCause {
  if (endCause !== undefined) return endCause;
  if (wasAsked && code === 0) return 'planned';
  if (readyAt === undefined) return 'boot';
  return signal === null ? 'crash' : 'signal';
}

export function exitRecord(worker: ManagedWorker, end: End): WorkerExit {
  const { code, signal, reason, now } = end;
  const how = signal === null ? `exit code ${code}` : `signal ${signal}`;
  const why = worker.reason ?? reason;
  return {
    pid: worker.process?.pid ?? 0,
    cause: causeOf(worker, end),
    code,
    signal,
    reason: why === undefined ? how : `${why} (${how})`,
    uptimeMs: Math.round(now - worker.spawnedAt),
    at: new Date().toISOString(),
    ...(worker.lastStack === undefined ? {} : { stack: worker.lastStack }),
  };
}

/** Whether a worker that was told to end did so without fault of its own. */
export function isOrderly({ isFaulty }: ManagedWorker, code: number | null): boolean {
  return code === 0 && !isFaulty;
}

/** How many workers of each slot ended, by cause. */
export class ExitCounts extends Tally<{ slot: string; cause: EndCause }> {
  /** Counts each cause of a slot from 0. */
  expectOf(slot: number): void {
    this.expect(END_CAUSES.map((cause) => ({ slot: String(slot), cause })));
  }
}
