import { mergeStats } from '../merge.ts';
import { pastOf } from '../past.ts';
import type { MetricsReport } from '../prometheus-page.ts';
import {
  addApplicationMetrics,
  exactApplicationMetrics,
  lostApplicationMetrics,
  pastApplicationMetrics,
} from './application-metrics.ts';
import { exactStats } from './exact-amounts.ts';

/** A ledger as plain data. */
export interface LedgerData {
  present: Record<string, MetricsReport>;
  departed: MetricsReport;
}

/** Ended processes to remember: a last report comes late by seconds at most. */
const MAX_ENDED = 1_000;

const NOTHING: MetricsReport = { epoch: '', stats: [], application: [] };

/**
 * Metrics of several processes over their lives: the latest report of each, and the totals of
 * those that ended. The sum of all counters and histograms never falls: a process that is silent
 * keeps its last report, and one that begins anew is added to what it had counted before.
 *
 * Prometheus takes a fall for a restart, and adds the whole of the counter once more.
 */
export class MetricsLedger {
  readonly #present: Map<string, MetricsReport>;
  /** Absent once; a last report may still be on its way. */
  readonly #leaving = new Set<string>();
  /** Ended for good: their totals are in `#departed`. */
  readonly #ended = new Set<string>();
  #departed: MetricsReport;

  constructor({ present, departed }: LedgerData = { present: {}, departed: NOTHING }) {
    this.#present = new Map(Object.entries(present));
    this.#departed = departed;
  }

  /** Latest reports of all processes, and the totals of those that ended. */
  get reports(): MetricsReport[] {
    return [...this.#present.values(), this.#departed];
  }

  /** Latest reports of the processes that are there, by their names. */
  get present(): ReadonlyMap<string, MetricsReport> {
    return this.#present;
  }

  /** Takes the latest report of a process. */
  take(process: string, given: MetricsReport): void {
    if (this.#ended.has(process)) return;
    const report = exact(given);
    const before = this.#present.get(process);
    if (before !== undefined) this.#depart(lostBetween(before, report));
    this.#present.set(process, report);
  }

  /**
   * Ends the processes that `isPresent` doesn't know: their gauges go, their totals stay. A report
   * that comes before the next call is taken still.
   */
  endAllBut(isPresent: (process: string) => boolean): void {
    for (const [process, report] of this.#present) {
      if (isPresent(process)) continue;
      if (this.#leaving.delete(process)) this.#end(process, report);
      else this.#leave(process, report);
    }
  }

  /** Totals of everything so far, without gauges: what a successor goes on counting from. */
  totals(): MetricsReport {
    return added([NOTHING, ...this.reports.map(totalsOf)]);
  }

  data(): LedgerData {
    return { present: Object.fromEntries(this.#present), departed: this.#departed };
  }

  #leave(process: string, report: MetricsReport): void {
    this.#leaving.add(process);
    this.#present.set(process, totalsOf(report));
  }

  #end(process: string, report: MetricsReport): void {
    this.#ended.add(process);
    const [oldest = ''] = this.#ended;
    if (this.#ended.size > MAX_ENDED) this.#ended.delete(oldest);
    this.#present.delete(process);
    this.#depart(totalsOf(report));
  }

  #depart(report: MetricsReport): void {
    if (report.stats.length === 0 && report.application.length === 0) return;
    this.#departed = added([this.#departed, report]);
  }
}

function exact({ epoch, stats, application }: MetricsReport): MetricsReport {
  return { epoch, stats: exactStats(stats), application: exactApplicationMetrics(application) };
}

/** What `before` had counted and `after`, of the same process or its successor, begins anew. */
function lostBetween(before: MetricsReport, after: MetricsReport): MetricsReport {
  const { epoch } = before;
  const stats = epoch === after.epoch ? [] : pastOf(before.stats);
  const application = lostApplicationMetrics(before.application, after.application);
  return { epoch, stats, application };
}

function totalsOf({ epoch, stats, application }: MetricsReport): MetricsReport {
  return { epoch, stats: pastOf(stats), application: pastApplicationMetrics(application) };
}

function added(all: readonly MetricsReport[]): MetricsReport {
  return {
    epoch: all[0]?.epoch ?? '',
    stats: mergeStats(all.map(({ stats }) => stats)),
    application: addApplicationMetrics(all.map(({ application }) => application)),
  };
}
