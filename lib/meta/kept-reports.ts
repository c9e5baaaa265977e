import { EVIDENCE, type EvidenceName } from '../reports/evidence.ts';
import type { WorkerReportName } from '../reports/report-types.ts';
import type { WorkerAnswer } from './envelope.ts';
import type { LeftReports } from './model/exit-evidence.ts';

/** Workers kept after their end, and for how long. */
const MAX_DEPARTED = 8;
const KEPT_MS = 30 * 60_000;

/** Log records kept of a worker that is there. */
const MAX_LOGS = 100;

/** Evidence that is too large to ask for again and again. */
type LargeName = 'logs' | 'request-logs';

/**
 * Reports whose last answer stands for a worker that falls silent, and what to ask for instead of
 * each every few seconds. Sums over the workers that answer would fall in the bad minute.
 */
export const STANDING = {
  'blocked-loop': 'blocked-loop',
  errors: 'errors',
  requests: 'requests',
  admission: 'admission-brief',
  'busiest-routes': 'busiest-routes',
  traffic: 'busiest-routes',
  threads: 'threads',
  resources: 'resources',
  connections: 'connections',
} as const satisfies Partial<Record<Exclude<WorkerReportName, LargeName>, WorkerReportName>>;

type KeptName = EvidenceName | keyof typeof STANDING;

type Values = Partial<Record<KeptName, unknown>>;

interface Present {
  readonly values: Values;
  /** Time of the latest report, in milliseconds since the epoch. */
  readonly at: number;
}

/** Evidence of a worker that ended. */
export interface Departed {
  readonly worker: number;
  readonly endedAt: number;
  readonly reports: Partial<Record<EvidenceName, unknown>>;
}

/** Last reports of workers that are silent or have ended: the evidence must not go with the suspect. */
export class KeptReports {
  readonly #present = new Map<number, Present>();
  #departed: Departed[] = [];

  /** @param kept what another process of the same group has kept */
  constructor(kept?: readonly Departed[]) {
    // A file of another version may hold anything.
    if (Array.isArray(kept)) this.#departed = (kept as Departed[]).slice(-MAX_DEPARTED);
  }

  /** Evidence of the workers that ended, oldest first. */
  get departed(): readonly Departed[] {
    return this.#departed;
  }

  /** Takes reports of a worker; those that it does not name keep their value. */
  take(worker: number, reports: Values, nowMs: number): void {
    if (this.has(worker)) return;
    const values = { ...this.#present.get(worker)?.values, ...reports };
    this.#present.set(worker, { values, at: nowMs });
  }

  /** Adds log records of a worker, of which the latest are kept for when it is killed. */
  takeLogs(worker: number, rows: readonly unknown[], nowMs: number): void {
    const { values, at = nowMs } = this.#present.get(worker) ?? {};
    const logs = [...((values?.logs ?? []) as unknown[]), ...rows].slice(-MAX_LOGS);
    // Its figures are no younger for it.
    this.take(worker, { logs }, at);
  }

  /** Ends the workers that `isPresent` doesn't know, and forgets those that ended long ago. */
  endAllBut(isPresent: (worker: number) => boolean, nowMs: number): void {
    for (const [worker, { values }] of this.#present) {
      if (isPresent(worker)) continue;
      this.#present.delete(worker);
      this.#departed.push({ worker, endedAt: nowMs, reports: evidenceIn(values) });
    }
    this.#departed = this.#departed
      .filter(({ endedAt }) => nowMs - endedAt < KEPT_MS)
      .slice(-MAX_DEPARTED);
  }

  /** Answers in place of workers that ended. */
  ofDeparted(name: WorkerReportName, only: number | undefined): WorkerAnswer[] {
    if (!isEvidence(name)) return [];
    return this.#departed.flatMap(({ worker, reports }) => {
      const value = reports[name];
      const isWanted = value !== undefined && (only === undefined || only === worker);
      return isWanted ? [{ worker, value: structuredClone(value) }] : [];
    });
  }

  /** Last answers of workers that are silent, with their time. */
  ofSilent(name: WorkerReportName, workers: readonly number[]): WorkerAnswer[] {
    return workers.flatMap((worker) => {
      const { values, at } = this.#present.get(worker) ?? {};
      const value = (values as Record<string, unknown> | undefined)?.[name];
      if (value === undefined || at === undefined) return [];
      // Copied: pages may change what they get.
      return [{ worker, value: structuredClone(value), at: new Date(at).toISOString() }];
    });
  }

  /** Evidence of why a worker ended; empty: it is forgotten. */
  leftBy(worker: number): Pick<LeftReports, 'errors' | 'requests'> {
    const { errors, requests } =
      this.#departed.find((one) => one.worker === worker)?.reports ??
      this.#present.get(worker)?.values ??
      {};
    return {
      errors: errors as LeftReports['errors'],
      requests: requests as LeftReports['requests'],
    };
  }

  /** Whether a worker ended a while ago. */
  has(worker: number): boolean {
    return this.#departed.some((one) => one.worker === worker);
  }
}

function evidenceIn(values: Values): Departed['reports'] {
  return Object.fromEntries(EVIDENCE.map((name) => [name, values[name]]));
}

function isEvidence(name: string): name is EvidenceName {
  return (EVIDENCE as readonly string[]).includes(name);
}
