import type { PrimaryLog } from '../primary-log.ts';
import type { WorkerMessage } from '../protocol/control-messages.ts';
import type { ManagedWorker } from '../supervision/managed-worker.ts';
import type { GroupStart } from './group-start.ts';

type Failure = Pick<Extract<WorkerMessage, { kind: 'failed' }>, 'reason' | 'isLasting' | 'details'>;

const WHAT = { app: 'the application', meta: 'the process of the pages' } as const;

const REMEDIES = {
  app: 'fix it and reload; running workers keep serving',
  meta: 'fix meta.setup; the pages are retried every minute, workers keep serving',
} as const;

/**
 * Handles processes that can't start. A lasting failure ends a group that is starting; one that
 * serves goes on and logs it once.
 */
export class FailedStarts {
  readonly #log: PrimaryLog;
  readonly #start: GroupStart;
  /** Last logged failure by kind of process. */
  readonly #told = new Map<ManagedWorker['role'], string>();

  /** While `start` lasts the group may give up: nothing relies on it yet. */
  constructor(log: PrimaryLog, start: GroupStart) {
    this.#log = log;
    this.#start = start;
  }

  take(worker: ManagedWorker, { reason, isLasting = false, details }: Failure): void {
    worker.reason = `it failed to boot: ${reason}`;
    if (!isLasting) {
      worker.bootError = details;
      return;
    }
    worker.failsForGood = true;
    const { role } = worker;
    const message = `${WHAT[role]} cannot start: ${reason}`;
    if (this.#isFirst(role)) return this.#start.giveUp(message, details);
    if (this.#told.get(role) === message) return;
    this.#told.set(role, message);
    const fields = { remedy: REMEDIES[role], ...(details === undefined ? {} : { stack: details }) };
    this.#log('error', message, fields);
  }

  #isFirst(role: ManagedWorker['role']): boolean {
    const { hasServed, isOver } = this.#start;
    return role === 'app' ? !hasServed : !isOver;
  }

  /** Forgets the failure of a kind of process once one has started: the next is logged again. */
  started({ role }: ManagedWorker): void {
    this.#told.delete(role);
  }
}
