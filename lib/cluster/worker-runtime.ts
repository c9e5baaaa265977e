import type { Server } from 'node:net';

import { processWide } from '../common/process/process-wide.ts';
import type { Reports } from '../reports/reports.ts';

/** Identity of this process and its interface to the group; passed to the bootstrap. */
export interface WorkerRuntime {
  /** `group`: a worker of a `Group`. `single`: the only process. */
  readonly mode: 'group' | 'single';
  /** Counts up from 1 over all processes that a primary starts; 0 in a single process. */
  readonly id: number;
  /** Slot of the worker, from 0; a replacement takes over its predecessor's. */
  readonly slot: number;
  /** Whether a drain has begun. */
  readonly isDraining: boolean;
  /**
   * Whether this worker holds its slot: it is READY, is not a successor still proving itself, and
   * does not drain. Never true in two workers of a slot, even during an upgrade; briefly in none.
   * For periodic work: `slot === 0 && isCurrent` is true in at most one worker. Read it each
   * time: it changes. In a single process: whether it does not drain.
   */
  readonly isCurrent: boolean;
  /** Registry of snapshots and operations. */
  readonly reports: Reports;
  /** Path of the reports hub's unix socket; absent without pages. */
  readonly reportsPath?: string;
  /** Reports to the group why this worker should be replaced, human-readable; empty: it is well. */
  reportLiveness?(failure: string): void;
  /**
   * Puts your server under the group's accept queue and drains it with the application; in a
   * single process it only drains it. Call it before the server listens. @returns the same server
   */
  handOff<S extends Server>(server: S): S;
}

/** Default export of an application's module. */
export type Bootstrap = (worker: WorkerRuntime) => Closable | Promise<Closable>;

/** Result of a bootstrap: a Nest application, or anything with `close`. */
export interface Closable {
  /** `signal`: the cause, as passed to Nest's shutdown hooks. */
  close(signal?: string): unknown;
}

const shared = processWide<{ runtime?: WorkerRuntime }>('worker', () => ({}));

/** Runtime of this process; undefined before `Group` or `runSingle` has set it. */
export function currentRuntime(): WorkerRuntime | undefined {
  return shared().runtime;
}

/** Sets the runtime of this process. */
export function provideRuntime(runtime: WorkerRuntime): void {
  shared().runtime = runtime;
}
