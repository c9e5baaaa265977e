import type { Server } from 'node:net';

import type { Reports } from '../reports/reports.ts';

/** What an application's bootstrap gets: who this process is, and how it meets the group. */
export interface WorkerRuntime {
  /** `group`: a worker of a `Group`. `single`: the only process. */
  readonly mode: 'group' | 'single';
  /** Counts up over all workers ever started; 0 in a single process. */
  readonly id: number;
  /** The worker's place, from 0; a replacement takes the place of the one before. */
  readonly slot: number;
  /** True from the start of a drain. */
  readonly isDraining: boolean;
  /**
   * Whether this worker has its place: it is READY, does not merely prove itself beside the worker that
   * it will follow, and does not drain. Never true in two workers of a place, nor during an upgrade; for
   * moments it is true in none. `slot === 0 && isCurrent` is true in one worker of the group at most,
   * for periodic work. Ask each time: it changes. Of a single process: whether it does not drain.
   */
  readonly isCurrent: boolean;
  /** Where features register what they show. */
  readonly reports: Reports;
  /** Path of the unix socket on which the pages gather reports; absent without them. */
  readonly reportsPath?: string;
  /** Tells the group what is wrong with this worker, in words; empty: nothing. */
  reportHealth?(unwell: string): void;
  /**
   * Puts a server of yours under the group's accept queue, before it listens, so that it is drained
   * with the application. The same server comes back; in a single process it is drained only.
   */
  handOff<S extends Server>(server: S): S;
}

/** The default export of an application's module. */
export type Bootstrap = (worker: WorkerRuntime) => Closable | Promise<Closable>;

/** What a bootstrap returns: a Nest application, or anything that can be closed. */
export interface Closable {
  /** `signal`: why it closes, as Nest's shutdown hooks are told. */
  close(signal?: string): unknown;
}

/** Shared by all copies of this package in the process: a bundle may bring a second one. */
const slot = Symbol.for('nestjs-buttress.worker');

interface RuntimeSlot {
  [slot]?: WorkerRuntime;
}

/** The runtime of this process; undefined before `Group` or `runSingle` set it. */
export function currentRuntime(): WorkerRuntime | undefined {
  return (globalThis as RuntimeSlot)[slot];
}

/** Makes `runtime` the one of this process. */
export function provideRuntime(runtime: WorkerRuntime): void {
  (globalThis as RuntimeSlot)[slot] = runtime;
}
