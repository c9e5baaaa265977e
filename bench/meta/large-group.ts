import type { WorkerNews, WorkerReports } from '../../lib/reports/report-types.ts';
import type {
  Gathered,
  GroupNewsListener,
  ReportsSource,
} from '../../lib/reports/reports-source.ts';

type Row = { id: number; slot: number };

const SECONDS = 300;

/** Routes of a worker that the overview asks for. */
const BUSIEST = 50;

/** Group that exists for its pages alone: each answer is parsed anew, as it comes from a worker. */
export function largeGroup(
  workers: number,
  routes: number,
): { source: ReportsSource; tellPast: (now: number) => void } {
  const rows = Array.from({ length: workers }, (_, slot) => ({ id: slot + 1, slot }));
  const primary = primaryReports(rows);
  const reports = workerReports(routes);
  const listeners: GroupNewsListener[] = [];
  const source: ReportsSource = {
    primary: async (name) => parsed(primary[name]),
    workers: async (name, { only }) => gathered(rows, reports[name], only),
    onNews: (listener) => void listeners.push(listener),
    run: async () => gathered([], undefined, undefined),
    operations: async () => gathered([], undefined, undefined),
    runPrimary: async () => undefined,
    primaryOperations: async () => [],
    close: async () => undefined,
  };
  const tellPast = (now: number): void => {
    for (let second = SECONDS; second > 0; second--) {
      for (const { id, slot } of rows) {
        const news: WorkerNews['pulse'] = pulseOf(slot, now - second * 1_000);
        for (const listener of listeners) listener({ role: 'worker', id }, 'pulse', news);
      }
    }
  };
  return { source, tellPast };
}

function gathered(rows: readonly Row[], json: string | undefined, only?: number): Gathered {
  const asked = rows.filter(({ id }) => only === undefined || id === only);
  const answers = asked.map(({ id }) => ({
    identity: { role: 'worker' as const, id },
    value: parsed(json),
  }));
  return { answers: json === undefined ? [] : answers, without: [], missing: [], errors: [] };
}

function parsed(json: string | undefined): unknown {
  return json === undefined ? undefined : (JSON.parse(json) as unknown);
}

function pulseOf(slot: number, at: number): WorkerNews['pulse'] {
  const requests = 100 + (slot % 7);
  return {
    slot,
    service: { name: 'bench', version: '1.0.0' },
    point: {
      at,
      spanMs: 1_000,
      requests,
      failed: slot % 3,
      inFlight: 4,
      elu: 0.4,
      lagMs: 3 + (slot % 5),
      cpu: 0.5,
      rssBytes: 2e8,
      heapUsedBytes: 6e7,
      latency: [20, requests - 10, 30, 8, 40, 2],
    },
  };
}

function primaryReports(rows: readonly Row[]): Record<string, string> {
  const startedAt = new Date(0).toISOString();
  return encoded({
    group: { pid: 1, host: 'bench', environment: 'production', startedAt },
    workers: rows.map(({ id, slot }) => ({
      part: 'current',
      id,
      slot,
      pid: 1_000 + id,
      state: 'READY',
      uptimeMs: 1e7,
      rssBytes: 2e8,
      privateBytes: 1.2e8,
      heapUsedBytes: 6e7,
      elu: 0.4,
      loopDelayP99Ms: 3,
      connections: 40,
      inFlight: 4,
      handed: 1e6,
      requests: 1e7,
      livenessFailure: null,
      out: null,
      unmanaged: [],
      restarts: 0,
      lastExit: null,
      nextStartMs: null,
    })),
    'accept-queue': [],
    ready: true,
    recycling: { options: null, underWay: [], history: [], reload: null, stoppedReload: null },
    exits: [],
    metrics: { epoch: '', stats: [] },
    options: [],
    health: { isReady: true, readyWorkers: rows.length, quorum: 1, failure: null },
    actions: [],
  });
}

function workerReports(routes: number): Record<string, string> {
  const busiest: WorkerReports['busiest-routes'] = {
    routes: Array.from({ length: Math.min(routes, BUSIEST) }, (_, at) => ({
      method: 'GET',
      route: `/things/:id/parts/${at}`,
      ever: 1e5,
      count: 1_000 + at,
      failed: at % 4,
      totalMs: 1e4 + at,
      maxMs: 300,
      buckets: [20, 300, 24, 300, 30, 200, 36, 150, 42, 40, 50, 10],
    })),
  };
  return encoded({
    'busiest-routes': busiest,
    'admission-pressure': { rung: 'NONE', refusedLately: 0 },
    warnings: { findings: [], node: [] },
    connections: {
      sockets: { open: 3, max: 100, waiting: 0 },
      names: { asked: 1, failed: 0 },
      services: [],
    },
    readiness: { isReady: true, checks: [] },
    'blocked-loop': { blocks: 0, longestMs: 0, frames: [], latest: [] },
  });
}

function encoded(reports: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(reports).map(([name, value]) => [name, JSON.stringify(value)]),
  );
}
