import { thrownMessage } from '../../common/errors/to-error.ts';
import { ignore } from '../../common/ignore.ts';
import { within } from '../../common/within.ts';
import { MetricsLedger } from '../../stats/ledger/metrics-ledger.ts';
import { type MetricsPage, metricsPage, type MetricsReport } from '../../stats/prometheus-page.ts';
import type { StatSnapshot } from '../../stats/snapshot.ts';
import type { Stats } from '../../stats/stats.ts';
import type { GroupReports } from '../group-reports.provider.ts';
import type { KeptFiles } from '../kept-files.ts';
import { type ScrapedWorkers, scrapeMetrics } from './scrape-metrics.ts';

/** Interval of collection without a scrape: what a killed worker's totals lack at most. */
const COLLECT_EVERY_MS = 5_000;

/** Time limit for an answer of a worker: its last report stands in for a late one. */
const COLLECT_TIMEOUT_MS = 500;

/** Longest wait of a scrape for the disk. */
const KEEP_TIMEOUT_MS = 500;

/** Interval of looks at a predecessor's ledger. */
const FOLLOW_EVERY_MS = 500;

export interface GroupMetricsOptions {
  reports: GroupReports;
  /** Metrics of this process itself; undefined: it is one of the group's workers. */
  own: Stats | undefined;
  /** Files that keep metrics over a restart and an upgrade; undefined: there is no group. */
  files: KeptFiles | undefined;
  /** Called with the first error of a file. */
  onError: (message: string) => void;
  /** Called when the predecessor has ended, and its metrics are taken over. */
  onFollowed: () => void;
}

/** Statistics of the group's processes. */
export interface LatestStatistics {
  all: (readonly StatSnapshot[])[];
  present: ReadonlyMap<string, readonly StatSnapshot[]>;
}

const PREDECESSOR = 'predecessor';

const SERVING: ReadonlySet<string> = new Set(['READY', 'STALLED']);

/** Sources that never leave the group. */
const LASTING: ReadonlySet<string> = new Set(['primary', 'meta', PREDECESSOR]);

/** Collects the metrics of the group's processes, and keeps them beyond the end of a process. */
export class GroupMetrics {
  readonly #options: GroupMetricsOptions;
  readonly #ledger: MetricsLedger;
  readonly #timers: NodeJS.Timeout[] = [];
  #scraped: ScrapedWorkers = { expected: 0, answered: 0 };
  #isFollowing: boolean;
  #hasFailed = false;

  constructor(options: GroupMetricsOptions) {
    this.#options = options;
    this.#ledger = new MetricsLedger(options.files?.metrics.read());
    this.#isFollowing = options.files?.predecessor !== undefined;
  }

  /** Collects regularly, until `close`; without a group a scrape alone collects. */
  start(): void {
    if (this.#options.files === undefined) return;
    this.#follow();
    const collect = setInterval(() => void this.#collectAndKeep(), COLLECT_EVERY_MS);
    const follow = setInterval(() => this.#follow(), FOLLOW_EVERY_MS);
    this.#timers.push(collect.unref(), follow.unref());
  }

  /**
   * Latest statistics of all processes and of those that ended, and by process of those that are
   * there. Without a group it collects them first; a group's are up to 5 s old.
   */
  async latest(): Promise<LatestStatistics> {
    if (this.#timers.length === 0) await this.#collect(COLLECT_TIMEOUT_MS);
    const present = Array.from(this.#ledger.present, ([name, { stats }]) => [name, stats] as const);
    return { all: this.#ledger.reports.map(({ stats }) => stats), present: new Map(present) };
  }

  /** Takes the last report of a worker that is about to end. */
  takeLast(worker: number, report: MetricsReport): void {
    this.#ledger.take(workerName(worker), report);
  }

  /** Page for a scraper, stored before it is sent, so that no counter falls after a restart. */
  async page(accept: string | undefined, timeoutMs: number): Promise<MetricsPage> {
    await this.#collect(Math.min(COLLECT_TIMEOUT_MS, timeoutMs));
    this.#follow();
    // A disk that stands still costs what a restart would keep, not the scrape.
    await within(this.#keep(false), KEEP_TIMEOUT_MS);
    const scraped = { epoch: '', stats: scrapeMetrics(this.#scraped), application: [] };
    return metricsPage([...this.#ledger.reports, scraped], accept);
  }

  /** Collects a last time, and leaves the totals to a successor. */
  async close(): Promise<void> {
    if (this.#timers.length === 0) return;
    for (const timer of this.#timers) clearInterval(timer);
    await this.#collect(COLLECT_TIMEOUT_MS);
    await this.#keep(true);
  }

  async #collectAndKeep(): Promise<void> {
    await this.#collect(COLLECT_TIMEOUT_MS);
    await this.#keep(false);
  }

  async #collect(timeoutMs: number): Promise<void> {
    const { own } = this.#options;
    if (own !== undefined) this.#ledger.take('meta', reportOf(own));
    const primary = this.#collectPrimary();
    const workers = this.#collectWorkers(timeoutMs);
    // A silent primary hides the workers, too: the last reports stand.
    await Promise.allSettled([primary, workers]);
  }

  async #collectPrimary(): Promise<void> {
    const { epoch, stats } = await this.#options.reports.primaryNow('metrics');
    this.#ledger.take('primary', { epoch, stats, application: [] });
  }

  async #collectWorkers(timeoutMs: number): Promise<void> {
    const { reports } = this.#options;
    const { data } = await reports.gather('metrics', { timeoutMs });
    for (const { worker, value } of data) this.#ledger.take(workerName(worker), value);
    const { data: rows } = await reports.workers();
    const present = new Set(rows.flatMap(({ id }) => (id === null ? [] : [workerName(id)])));
    this.#ledger.endAllBut((name) => LASTING.has(name) || present.has(name));
    // One that boots has nothing to tell yet.
    const expected = rows.filter(({ state }) => SERVING.has(state)).length;
    this.#scraped = { expected, answered: Math.min(expected, data.length) };
  }

  /** Counts on from a predecessor, whose workers may still drain. */
  #follow(): void {
    const { files, onFollowed } = this.#options;
    if (!this.#isFollowing) return;
    const saved = files?.predecessor?.metrics.readChanged();
    if (saved === undefined) return;
    this.#ledger.take(PREDECESSOR, new MetricsLedger(saved).totals());
    if (!saved.isFinal) return;
    this.#isFollowing = false;
    // The predecessor's past may be unreadable, or its directory not removable: ours goes on.
    void this.#keep(false).then(onFollowed).catch(ignore);
  }

  async #keep(isFinal: boolean): Promise<void> {
    try {
      await this.#options.files?.metrics.write({ ...this.#ledger.data(), isFinal });
    } catch (error) {
      if (!this.#hasFailed) this.#options.onError(thrownMessage(error));
      this.#hasFailed = true;
    }
  }
}

function reportOf(stats: Stats): MetricsReport {
  return { epoch: stats.epoch, stats: stats.snapshot('totals'), application: [] };
}

/** Name of a worker among the processes. */
export function workerName(worker: number): string {
  return `worker ${worker}`;
}
