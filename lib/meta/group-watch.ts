import { ignore } from '../common/ignore.ts';
import type { RecentPart } from '../logging/recent-records.ts';
import type { WorkerNews } from '../reports/report-types.ts';
import type { ReportsSource } from '../reports/reports-source.ts';
import type { Audit } from './audit.ts';
import type { GroupReports } from './group-reports.provider.ts';
import { learnHiddenNames } from './hidden-names.ts';
import type { GroupHistory } from './history/group-history.ts';
import { SAMPLE_MS } from './history/statistic-history.ts';
import type { Incidents } from './incidents/incidents.ts';
import type { KeptFiles } from './kept-files.ts';
import { STANDING } from './kept-reports.ts';
import type { GroupMetrics } from './metrics/group-metrics.ts';

/** Interval of looks at which workers are there. */
const LOOK_EVERY_MS = 1_000;

/** Looks between two writes of the history: what a killed process of the pages forgets at most. */
const LOOKS_PER_WRITE = 15;

/** Looks between two samples of all statistics. */
const LOOKS_PER_SAMPLE = SAMPLE_MS / LOOK_EVERY_MS;

/** Looks between two times that workers are asked for evidence and problems. */
const LOOKS_PER_EVIDENCE = 5;

export interface GroupWatchOptions {
  source: ReportsSource;
  reports: GroupReports;
  history: GroupHistory;
  incidents: Incidents;
  metrics: GroupMetrics;
  audit: Audit;
  files: KeptFiles | undefined;
}

/** Follows the news of the group's processes, and which workers are there. */
export class GroupWatch {
  readonly #options: GroupWatchOptions;
  #timer: NodeJS.Timeout | undefined;
  #looks = 0;
  #isLooking = false;
  /** Workers that turned at the last look. */
  #answering: readonly number[] = [];
  /** Number of the next log record of each worker. */
  readonly #nextLog = new Map<number, number>();

  constructor(options: GroupWatchOptions) {
    this.#options = options;
    options.source.onNews(({ id }, name, value) => this.#onNews(id, name, value));
  }

  start(): void {
    this.#options.metrics.start();
    this.#timer = setInterval(() => this.#lookUnlessLooking(), LOOK_EVERY_MS).unref();
  }

  /** Keeps what the next process of the pages, or of the group, goes on from. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#keep();
    await this.#options.metrics.close();
  }

  /** A worker may run another version of this package: its news must not end its channel. */
  #onNews(worker: number, name: string, value: unknown): void {
    try {
      this.#take(worker, name, value);
    } catch {
      // The overview says that reports of another version cannot be read.
    }
  }

  #take(worker: number, name: string, value: unknown): void {
    const { history, metrics } = this.#options;
    if (name === 'pulse') history.take({ worker, ...(value as WorkerNews['pulse']) });
    if (name === 'last-reports') {
      this.#options.reports.kept.take(worker, value as WorkerNews['last-reports'], Date.now());
    }
    if (name === 'last-metrics') metrics.takeLast(worker, value as WorkerNews['last-metrics']);
  }

  /** In a bad minute a look may take longer than the interval. */
  #lookUnlessLooking(): void {
    if (this.#isLooking) return;
    this.#isLooking = true;
    void this.#look().finally(() => (this.#isLooking = false));
  }

  async #look(): Promise<void> {
    const { reports, history } = this.#options;
    try {
      history.tick(Date.now());
      const [{ data: rows }, queues] = await Promise.all([
        reports.workers(),
        reports.primaryNow('accept-queue'),
      ]);
      history.takeQueues(Date.now(), queues);
      const present = new Set(rows.map(({ id }) => id));
      this.#answering = rows.flatMap(({ id, state }) =>
        id === null || state === 'STALLED' ? [] : [id],
      );
      history.endAllBut((worker) => present.has(worker));
      reports.kept.endAllBut((worker) => present.has(worker), Date.now());
      for (const worker of this.#nextLog.keys()) {
        if (!present.has(worker)) this.#nextLog.delete(worker);
      }
    } catch {
      // The primary is silent: nobody is known to have ended.
    }
    if (++this.#looks % LOOKS_PER_SAMPLE === 0) await this.#sample();
    // Not awaited: a disk that stands still must not keep this process from looking.
    if (this.#looks % LOOKS_PER_WRITE === 0) void this.#keep();
    if (this.#looks % LOOKS_PER_EVIDENCE === 0) await this.#gatherEvidence();
  }

  async #sample(): Promise<void> {
    const { history, metrics } = this.#options;
    try {
      const { all, present } = await metrics.latest();
      history.statistics.take(Date.now(), all, present);
    } catch {
      // Reports of another version that cannot be merged: charts have a gap.
    }
  }

  /** A worker that is killed, or whose loop is blocked, sends no last reports. */
  async #gatherEvidence(): Promise<void> {
    const { reports, incidents, files } = this.#options;
    // While the primary is silent, nothing is known to have begun or ended.
    await Promise.all([learnHiddenNames(reports).catch(ignore), incidents.look().catch(ignore)]);
    if (files === undefined) return;
    void files.incidents.write(incidents.all).catch(ignore);
    const asked = Object.entries(STANDING).map(async ([name, instead]) => {
      const { data } = await reports.gather(instead);
      for (const { worker, value, at } of data) {
        if (at === undefined) reports.kept.take(worker, { [name]: value }, Date.now());
      }
    });
    await Promise.allSettled([...asked, this.#gatherLogs()]);
  }

  async #gatherLogs(): Promise<void> {
    const { reports } = this.#options;
    const asked = this.#answering.map(async (worker) => {
      const input = { from: this.#nextLog.get(worker) ?? null };
      const options = { worker, skipsStalled: true };
      const answer = await reports.run<RecentPart>('logs.recent', input, options);
      const part = answer.data[0]?.value;
      if (part === undefined) return;
      this.#nextLog.set(worker, part.next);
      if (part.rows.length > 0) reports.kept.takeLogs(worker, part.rows, Date.now());
    });
    await Promise.allSettled(asked);
  }

  /** A full disk costs the past, and `GroupMetrics` logs it. */
  async #keep(): Promise<void> {
    const { history, reports, audit, files } = this.#options;
    await Promise.allSettled([
      files?.history.write(history.data()),
      files?.departed.write(reports.kept.departed),
      files?.audit.write(audit.records.toReversed()),
    ]);
  }
}
