import { topFrameOf } from '../../common/process/last-stack.ts';
import type { PrimaryLog } from '../primary-log.ts';
import type { ManagedWorker } from '../supervision/managed-worker.ts';
import type { WorkerExit } from '../supervision/worker-state.ts';

export function logReady(log: PrimaryLog, worker: ManagedWorker): void {
  log('info', `${nameOf(worker)} ready`, { id: worker.id, pid: worker.process?.pid ?? 0 });
}

/** @param isPlanned whether its end is no news to worry about */
export function logEnd(
  log: PrimaryLog,
  worker: ManagedWorker,
  { reason, pid, stack }: WorkerExit,
  isPlanned: boolean,
): void {
  const at = stack?.[0] === undefined ? {} : { at: topFrameOf(stack) };
  const error = worker.bootError === undefined ? {} : { stack: worker.bootError };
  const fields = { id: worker.id, pid, reason, ...at, ...error };
  log(isPlanned ? 'info' : 'warn', `${nameOf(worker)} ended`, fields);
}

function nameOf({ role }: ManagedWorker): string {
  return role === 'app' ? 'worker' : 'meta process';
}
