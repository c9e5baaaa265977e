import type { ReportsIdentity } from './reports-link.ts';

/** Answers of the processes that answered in time. */
export interface Gathered {
  answers: { identity: ReportsIdentity; value: unknown }[];
  /** Ids of the workers that have no such report. */
  without: number[];
  /** Ids of the workers that did not answer in time, or answered with an error. */
  missing: number[];
  /** What those wrote who answered with an error. */
  errors: string[];
}

export interface GatherOptions {
  /** For each answer, in milliseconds. */
  timeoutMs: number;
  /** Ids of workers that are not asked, because they are known not to answer. */
  except: readonly number[];
  /** The only worker that is asked. @default all */
  only?: number;
}

export interface AskOptions {
  /** For the answer, in milliseconds. */
  timeoutMs: number;
}

/** Where the reports of a group's processes can be had; one process is a group of its own. */
export interface ReportsSource {
  /** Asks the primary for one of its reports. Undefined while it is not connected. */
  primary(name: string, options: AskOptions): Promise<unknown>;
  /** Runs an operation in the primary. */
  runPrimary(name: string, input: unknown, options: AskOptions): Promise<unknown>;
  /** The operations that the primary offers. */
  primaryOperations(options: AskOptions): Promise<unknown>;
  /** Asks all workers but the excepted for one of their reports, each within the time allowed. */
  workers(name: string, options: GatherOptions): Promise<Gathered>;
  /** The operations that the workers offer. */
  operations(options: GatherOptions): Promise<Gathered>;
  /** Runs an operation in all workers but the excepted, each within the time allowed. */
  run(name: string, input: unknown, options: GatherOptions): Promise<Gathered>;
  close(): Promise<void>;
}
