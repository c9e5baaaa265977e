import { performance } from 'node:perf_hooks';

import { processLifecycle } from '../common/lifecycle.ts';
import type {
  AskOptions,
  Gathered,
  GatherOptions,
  ReportsSource,
} from '../reports/reports-source.ts';
import type { Reports } from '../reports/reports.ts';

/** Identity of a single process. */
const OWN = { role: 'worker', id: 0 } as const;

/** Presents this process as a group with one worker and no accept queue. */
export class LocalReports implements ReportsSource {
  readonly #reports: Reports;

  constructor(reports: Reports) {
    this.#reports = reports;
  }

  async primary(name: string): Promise<unknown> {
    if (name === 'ready') return this.#isReady();
    if (name === 'workers') return [ownRow()];
    if (name === 'recycling') return { options: null, underWay: null, history: [] };
    return [];
  }

  async #isReady(): Promise<boolean> {
    if (processLifecycle().phase !== 'SERVING') return false;
    if (!this.#reports.has('readiness')) return true;
    return ((await this.#reports.read('readiness')) as { isReady: boolean }).isReady;
  }

  async runPrimary(name: string): Promise<unknown> {
    throw new Error(`"${name}" needs a Group`);
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

  async close(): Promise<void> {}
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
    return { ...NOTHING, missing: [OWN.id], errors: [(error as Error).message] };
  } finally {
    clearTimeout(timer);
  }
}

function copyOf(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value)) as unknown;
}

function ownRow(): object {
  const { heapUsed, rss } = process.memoryUsage();
  const { utilization } = performance.eventLoopUtilization();
  return {
    id: OWN.id,
    slot: 0,
    pid: process.pid,
    state: 'READY',
    uptimeMs: Math.round(process.uptime() * 1_000),
    rssBytes: rss,
    privateBytes: rss,
    heapUsedBytes: heapUsed,
    elu: utilization,
    loopDelayP99Ms: null,
    connections: 0,
    inFlight: 0,
    handed: 0,
    unmanaged: [],
    restarts: 0,
    lastExit: null,
  };
}
