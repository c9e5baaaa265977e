import type { ReportsIdentity } from './reports-link.ts';

/** Replies collected from the workers. */
export interface Gathered {
  answers: { identity: ReportsIdentity; value: unknown }[];
  /** Ids of workers that have no such report. */
  without: number[];
  /** Ids of workers that timed out or failed, and of those in `except`. */
  missing: number[];
  /** Errors that workers replied with. */
  errors: { worker: number; message: string }[];
}

export interface GatherOptions {
  /** Timeout of each reply. */
  timeoutMs: number;
  /** Ids of workers to skip because they are known not to reply. */
  except: readonly number[];
  /** Ids of workers to wait for while they are not connected: they have just started. */
  expected: readonly number[];
  /** Id of the only worker to ask. @default all */
  only?: number;
}

/** Takes news of the group's processes. */
export type GroupNewsListener = (from: ReportsIdentity, name: string, value: unknown) => void;

export interface AskOptions {
  /** Timeout of the reply. */
  timeoutMs: number;
}

/** Reads reports from a group's processes; a single process counts as a group. */
export interface ReportsSource {
  /** Reads a report of the primary. Undefined while the primary is not connected. */
  primary(name: string, options: AskOptions): Promise<unknown>;
  /** Runs an operation in the primary. */
  runPrimary(name: string, input: unknown, options: AskOptions): Promise<unknown>;
  /** Lists the primary's operations. */
  primaryOperations(options: AskOptions): Promise<unknown>;
  /** Reads a report from the workers that `options` selects. */
  workers(name: string, options: GatherOptions): Promise<Gathered>;
  /** Lists the workers' operations. */
  operations(options: GatherOptions): Promise<Gathered>;
  /** Runs an operation in the workers that `options` selects. */
  run(name: string, input: unknown, options: GatherOptions): Promise<Gathered>;
  /** Calls `listener` with the news of all processes. */
  onNews(listener: GroupNewsListener): void;
  close(): Promise<void>;
}
