import { performance } from 'node:perf_hooks';

import { firstFailure } from '../common/checks/checks.ts';
import { processLifecycle } from '../common/process/lifecycle.ts';
import { runningProcess } from '../common/process/running-process.ts';
import { processSettings } from '../reports/process-settings.ts';
import type { PrimaryReports, WorkerShapes } from '../reports/report-types.ts';
import type {
  AskOptions,
  Gathered,
  GatherOptions,
  GroupNewsListener,
  ReportsSource,
} from '../reports/reports-source.ts';
import type { Reports } from '../reports/reports.ts';
import { OWN_SETTINGS } from '../reports/settings-reports.ts';

/** Identity of a single process. */
const OWN = { role: 'worker', id: 0 } as const;

/** Sources of the reports that a primary would register. */
type PrimarySources = { [K in keyof PrimaryReports]: () => Promise<PrimaryReports[K]> };

/** Presents this process as a group with one worker and no accept queue. */
export class LocalReports implements ReportsSource {
  readonly #reports: Reports<WorkerShapes>;
  readonly #stops: (() => void)[] = [];
  readonly #primary: PrimarySources = {
    group: async () => runningProcess(),
    workers: async () => [await this.#ownRow()],
    'accept-queue': async () => [],
    ready: () => this.#isReady(),
    recycling: async () => ({
      options: null,
      underWay: [],
      history: [],
      reload: null,
      stoppedReload: null,
    }),
    scaling: async () => null,
    exits: async () => [],
    metrics: async () => ({ epoch: '', stats: [] }),
    options: async () => [],
    health: async () => {
      const isReady = await this.#isReady();
      return { isReady, readyWorkers: Number(isReady), quorum: 1, failure: null };
    },
    actions: async () => [],
  };

  constructor(reports: Reports<WorkerShapes>) {
    this.#reports = reports;
  }

  primary(name: keyof PrimaryReports): Promise<unknown> {
    return this.#primary[name]();
  }

  async #isReady(): Promise<boolean> {
    const { phase, isGroupReady } = processLifecycle();
    if (phase !== 'SERVING' || !isGroupReady) return false;
    if (!this.#reports.has('readiness')) return true;
    return (await this.#reports.read('readiness')).isReady;
  }

  async runPrimary(name: string, input: unknown): Promise<unknown> {
    const own = OWN_SETTINGS[name];
    if (own === undefined) throw new Error(`"${name}" needs a Group`);
    return own(processSettings(), input);
  }

  async primaryOperations(): Promise<unknown> {
    return [];
  }

  workers(name: string, options: GatherOptions): Promise<Gathered> {
    return gather(() => (this.#reports.has(name) ? this.#reports.read(name) : undefined), options);
  }

  operations(options: GatherOptions): Promise<Gathered> {
    return gather(() => this.#reports.operations, options);
  }

  run(name: string, input: unknown, options: GatherOptions): Promise<Gathered> {
    return gather(() => this.#reports.run(name, input), options);
  }

  onNews(listener: GroupNewsListener): void {
    this.#stops.push(this.#reports.onNews((name, value) => listener(OWN, name, copyOf(value))));
  }

  async close(): Promise<void> {
    for (const stop of this.#stops.splice(0)) stop();
  }

  async #ownRow(): Promise<PrimaryReports['workers'][number]> {
    const [checks, requests] = await Promise.all([
      this.#reports.has('liveness') ? this.#reports.read('liveness') : [],
      this.#reports.has('requests') ? this.#reports.read('requests') : undefined,
    ]);
    const { inFlight = 0, routes = [] } = requests ?? {};
    return {
      ...usageOfProcess(),
      unmanaged: [],
      out: null,
      inFlight,
      requests: routes.reduce((sum, { ever }) => sum + ever, inFlight),
      livenessFailure: firstFailure(checks),
    };
  }
}

const NOTHING: Gathered = { answers: [], without: [], missing: [], errors: [] };

async function gather(read: () => unknown, { timeoutMs }: AskOptions): Promise<Gathered> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error('no answer in time')), timeoutMs);
  try {
    const value: unknown = await Promise.race([Promise.resolve().then(read), late]);
    if (value === undefined) return { ...NOTHING, without: [OWN.id] };
    // Copied, like a value that comes from another process.
    return { ...NOTHING, answers: [{ identity: OWN, value: copyOf(value) }] };
  } catch (error) {
    const errors = [{ worker: OWN.id, message: (error as Error).message }];
    return { ...NOTHING, missing: [OWN.id], errors };
  } finally {
    clearTimeout(timer);
  }
}

function copyOf(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value)) as unknown;
}

/** Fields of the row that no report holds. */
function usageOfProcess() {
  const { heapUsed, rss } = process.memoryUsage();
  const { utilization } = performance.eventLoopUtilization();
  return {
    part: 'current',
    id: OWN.id,
    slot: 0,
    pid: process.pid,
    state: 'READY',
    uptimeMs: Math.round(process.uptime() * 1_000),
    silentMs: null,
    rssBytes: rss,
    privateBytes: rss,
    heapUsedBytes: heapUsed,
    elu: utilization,
    loopDelayP99Ms: null,
    connections: 0,
    handed: 0,
    restarts: 0,
    lastExit: null,
    nextStartMs: null,
  } as const;
}
