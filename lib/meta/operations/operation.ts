import type { AccessLevel, GuardedOperation } from '../../common/secondary-listener.options.ts';
import type { OperationAbout } from '../../reports/reports.ts';
import type { GroupReports } from '../group-reports.provider.ts';
import type { Artifact, NewArtifact } from './artifacts.ts';

/** What an operation was given, checked against its fields. */
export type OperationInput = Readonly<Record<string, string | number | boolean>>;

/** What an operation that runs can use. */
export interface Job {
  readonly input: OperationInput;
  readonly reports: GroupReports;
  /** Aborts when somebody cancels it. */
  readonly signal: AbortSignal;
  /** Says how far it is, in a few words. */
  progress(text: string): void;
  /** Keeps a file for whoever started it. */
  keep: (artifact: NewArtifact) => Promise<Artifact>;
}

/** Something that can be done from the pages. */
export interface Operation extends OperationAbout {
  readonly name: string;
  readonly access: Exclude<AccessLevel, 'none'>;
  /** Must be allowed by this name. Absent: it does no harm. */
  readonly guard?: GuardedOperation;
  /** What must be typed before it runs; absent: nothing. */
  readonly confirmation?: string;
  /** Whether it may run beside others: it is over in a moment. */
  readonly isQuick?: boolean;
  /** Does it. What is returned is shown. */
  run: (job: Job) => Promise<unknown>;
}

/** An operation as it can be asked for. */
export interface AvailableOperation extends Omit<Operation, 'run'> {
  isAllowed: boolean;
}

interface Began {
  id: string;
  name: string;
  title: string;
  by: string;
  input: OperationInput;
  /** ISO 8601. */
  startedAt: string;
  progress: string;
  artifacts: Artifact[];
}

/** One run of an operation. */
export type OperationRun = Began &
  (
    | { state: 'RUNNING' }
    | { state: 'DONE'; endedAt: string; result: unknown }
    | { state: 'FAILED'; endedAt: string; error: string }
    | { state: 'CANCELLED'; endedAt: string }
  );
