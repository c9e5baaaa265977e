import type { PrimaryReports } from '../../reports/report-types.ts';
import type { Answers } from '../group-reports.provider.ts';
import type { SteadyGrowth } from '../history/growth.ts';

/** What a problem means for users, worst first. */
const KINDS = ['outage', 'error', 'shed', 'dependency', 'worker', 'hint'] as const;

/** Link to what helps next. */
export interface NextStep {
  label: string;
  href: string;
}

/** Current or recent problem, and the page with its details. */
export interface Problem {
  /** The same for the same problem, whenever and in whichever workers it is found. */
  key: string;
  kind: (typeof KINDS)[number];
  severity: 'poor' | 'fair';
  text: string;
  href: string;
  /** Ids of the workers that it was found in; absent: not of certain workers. */
  workers?: number[];
  /** What it does to requests. */
  impact?: string;
  next?: NextStep[];
  /** Cause, as far as it is known: a line of code, an error. */
  cause?: string;
  /** Stack that shows the cause, innermost function first. */
  stack?: string[];
  /** Request that it happened in. */
  requestId?: string;
  /** When it was seen last, in milliseconds since the epoch; absent: now. */
  at?: number;
}

/** What is known of a group when problems are looked for. */
export interface Evidence {
  workers: PrimaryReports['workers'];
  /** Time of the primary's last answer, in milliseconds since the epoch; null: it answers. */
  primarySilentSince: number | null;
  missing: readonly number[];
  queues: PrimaryReports['accept-queue'];
  /** Connections shed in the last half minute. */
  shed: number;
  pressure: Answers<'admission-pressure'>;
  warnings: Answers<'warnings'>;
  connections: Answers<'connections'>;
  /** Recorded requests, where a service has a dead endpoint: who uses it; else none. */
  requests: Answers<'requests'>;
  readiness: Answers<'readiness'>;
  /** Null: the primary is of a release without it. */
  health: PrimaryReports['health'] | null;
  blocked: Answers<'blocked-loop'>;
  threads: Answers<'threads'>;
  /** Version of the application in each worker. */
  versions: readonly { worker: number; version: string }[];
  isReloading: boolean;
  /** Null: the last reload replaced all workers, or there was none. */
  stoppedReload: PrimaryReports['recycling']['stoppedReload'];
  /** Latest replacements, newest first. */
  replacements: PrimaryReports['recycling']['history'];
  /** Memory of slots that grows steadily. */
  growth: readonly SteadyGrowth[];
  /** Private memory over which a worker is replaced; null: there is no limit. */
  memoryLimitBytes: number | null;
  /** Stacks of workers whose event loop is blocked now. */
  stacks: ReadonlyMap<number, string[]>;
}

/** Finds problems of one sort. */
export type Rule = (evidence: Evidence, now: number) => Problem[];

/** Span that counts as now. */
export const NOW_MS = 30_000;

/** Lower for what is worse. */
export function severityRankOf({ kind, severity }: Pick<Problem, 'kind' | 'severity'>): number {
  return KINDS.indexOf(kind) * 2 + (severity === 'poor' ? 0 : 1);
}

/** Names workers in a sentence. */
export function workersText(ids: readonly number[]): string {
  return ids.length === 1 ? `worker ${ids.join()}` : `workers ${ids.join(', ')}`;
}
