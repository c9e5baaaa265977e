import type {
  AccessLevel,
  GuardedOperation,
} from '../../common/http/secondary-listener.options.ts';
import type { OperationAbout } from '../../reports/reports.ts';
import type { WorkerOutcome } from '../envelope.ts';
import type { GroupReports } from '../group-reports.provider.ts';
import type { Artifact, NewArtifact } from './artifacts.ts';

/** Input of an operation, checked against its fields. */
export type OperationInput = Readonly<Record<string, string | number | boolean>>;

/** Context of a running operation. */
export interface Job {
  /** Name of the visitor who started it. */
  readonly by: string;
  readonly input: OperationInput;
  readonly reports: GroupReports;
  /** Aborts on cancellation. */
  readonly signal: AbortSignal;
  /** Reports the progress as a short text. */
  progress(text: string): void;
  /** Tells which workers carried it out: one that did not makes the run PARTIAL. */
  carriedOut: (outcomes: readonly WorkerOutcome[]) => void;
  /** Keeps a file for download. */
  keep: (artifact: NewArtifact) => Promise<Artifact>;
}

/** Operation that the pages can start. */
export interface Operation extends OperationAbout {
  readonly name: string;
  readonly access: Exclude<AccessLevel, 'none'>;
  /** Name that `allow` of the listener must contain; absent: the operation does no harm. */
  readonly guard?: GuardedOperation;
  /** Text to type before it runs; absent: none. */
  readonly confirmation?: string;
  /** Whether it may run beside others: it is short, or costs them little. */
  readonly isQuick?: boolean;
  /** Whether it may run for hours, so that its start is audited too. */
  readonly isLong?: boolean;
  /** Runs it; the pages show the result. */
  run: (job: Job) => Promise<unknown>;
}

/** Operation as clients see it. */
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

/** Run of an operation. */
export type OperationRun = Began &
  (
    | { state: 'RUNNING' }
    | { state: 'DONE'; endedAt: string; result: unknown }
    /** Some workers carried it out, others did not. */
    | { state: 'PARTIAL'; endedAt: string; result: unknown; outcomes: WorkerOutcome[] }
    | { state: 'FAILED'; endedAt: string; error: string; outcomes?: WorkerOutcome[] }
    | { state: 'CANCELLED'; endedAt: string }
  );

/** Run without its result, which may be large. */
export type RunSummary = WithoutResult<OperationRun>;

type WithoutResult<R> = R extends unknown ? Omit<R, 'result'> : never;
