import { EVIDENCE, type EvidenceName } from '../reports/evidence.ts';
import type { WorkerReportName } from '../reports/report-types.ts';
import type { WorkerAnswer } from './envelope.ts';
import type { LeftReports } from './model/exit-evidence.ts';

/** Workers kept after their end, and for how long. */
const MAX_DEPARTED = 8;
const KEPT_MS = 30 * 60_000;

type Reported = Partial<Record<EvidenceName, unknown>>;

interface Departed {
  readonly worker: number;
  readonly endedAt: number;
  readonly reports: Reported;
}

/** Last reports of workers that ended: the evidence must not go with the suspect. */
export class DepartedReports {
  /** Latest reports of the workers that are there. */
  readonly #latest = new Map<number, Reported>();
  #departed: Departed[] = [];

  /** Takes reports of a worker; those that it does not name keep their value. */
  take(worker: number, reports: Reported): void {
    if (this.#departed.some((one) => one.worker === worker)) return;
    this.#latest.set(worker, { ...this.#latest.get(worker), ...reports });
  }

  /** Ends the workers that `isPresent` doesn't know, and forgets those that ended long ago. */
  endAllBut(isPresent: (worker: number) => boolean, nowMs: number): void {
    for (const [worker, reports] of this.#latest) {
      if (isPresent(worker)) continue;
      this.#latest.delete(worker);
      this.#departed.push({ worker, endedAt: nowMs, reports });
    }
    this.#departed = this.#departed
      .filter(({ endedAt }) => nowMs - endedAt < KEPT_MS)
      .slice(-MAX_DEPARTED);
  }

  /** Answers in place of workers that ended. */
  answers(name: WorkerReportName, only: number | undefined): WorkerAnswer[] {
    if (!isEvidence(name)) return [];
    return this.#departed.flatMap(({ worker, reports }) => {
      const value = reports[name];
      const isWanted = value !== undefined && (only === undefined || only === worker);
      // Copied: pages may change what they get.
      return isWanted ? [{ worker, value: structuredClone(value) }] : [];
    });
  }

  /** What tells why a worker ended; empty: it is forgotten. */
  leftBy(worker: number): Pick<LeftReports, 'errors' | 'requests'> {
    const { errors, requests } =
      this.#departed.find((one) => one.worker === worker)?.reports ??
      this.#latest.get(worker) ??
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

function isEvidence(name: string): name is EvidenceName {
  return (EVIDENCE as readonly string[]).includes(name);
}
