import type { Warning } from '../../insight/warnings.ts';
import type { WorkerRow } from '../envelope.ts';
import type { WorkerAnswer } from '../group-reports.provider.ts';

/** Current problem, and the page with its details. */
export interface Problem {
  severity: 'poor' | 'fair';
  text: string;
  href: string;
}

/** Worker as the primary sees it. */
export interface WorkerFigures extends WorkerRow {
  slot: number;
  pid: number | null;
  uptimeMs: number | null;
  rssBytes: number | null;
  heapUsedBytes: number | null;
  elu: number | null;
  loopDelayP99Ms: number | null;
  connections: number;
  inFlight: number;
  handed: number;
  restarts: number;
  unmanaged?: string[];
  lastExit: {
    at: string;
    reason: string;
    uptimeMs: number;
    code?: unknown;
    signal?: unknown;
  } | null;
}

/** Accept queue as the primary sees it. */
export interface QueueFigures {
  listener: string;
  transport: string;
  length: number;
  maxLength: number;
  oldestAgeMs: number;
  accepted: number;
  handed: number;
  pending: number;
  closed: number;
  shed: { full: number; age: number; codel: number };
  lingering: number;
  ageMs: { p50: number | null; p95: number | null; p99: number | null; max: number | null };
}

export interface Evidence {
  workers: readonly WorkerFigures[];
  missing: readonly number[];
  queues: readonly QueueFigures[];
  admission: readonly WorkerAnswer<AdmissionFigures>[];
  warnings: readonly WorkerAnswer<{ findings: readonly Warning[] }>[];
  connections: readonly WorkerAnswer[];
  readiness: readonly WorkerAnswer<{
    checks: readonly { name: string; status: string; counts: boolean; error?: string }[];
  }>[];
}

/** Part of the admission report that shows refusals. */
export interface AdmissionFigures {
  fraction: number;
  memory: { rung: string };
  history: readonly { at: number; refused: number; waiting: number }[];
}

/** Age from which an exit is history, no problem. */
const RECENT_MS = 10 * 60_000;
const NOW_MS = 30_000;

/** Current problems, the worst first. */
export function findProblems(evidence: Evidence, now: number): Problem[] {
  const all = [
    ...workerProblems(evidence, now),
    ...queueProblems(evidence),
    ...admissionProblems(evidence, now),
    ...checkProblems(evidence),
    ...addressProblems(evidence),
    ...warningProblems(evidence),
  ];
  return all.toSorted((a, b) => Number(b.severity === 'poor') - Number(a.severity === 'poor'));
}

function workerProblems({ workers, missing }: Evidence, now: number): Problem[] {
  const href = '/workers';
  const states = workers.flatMap(({ id, slot, state, lastExit }): Problem[] => {
    if (id === null) {
      const why = lastExit === null ? '' : `: ${lastExit.reason}`;
      return [{ severity: 'poor', text: `There is no worker in place ${slot}${why}`, href }];
    }
    if (state === 'STALLED') {
      return [{ severity: 'poor', text: `The event loop of worker ${id} is blocked`, href }];
    }
    if (state === 'READY') return [];
    return [{ severity: 'fair', text: `Worker ${id} is ${state.toLowerCase()}`, href }];
  });
  // Workers that are not READY are listed already.
  const ready = new Set(workers.filter(({ state }) => state === 'READY').map(({ id }) => id));
  const silent = missing
    .filter((id) => ready.has(id))
    .map((id): Problem => ({
      severity: 'fair',
      text: `Worker ${id} did not answer in time`,
      href,
    }));
  const ended = workers.flatMap(({ slot, lastExit }): Problem[] => {
    if (lastExit === null || now - Date.parse(lastExit.at) > RECENT_MS) return [];
    const text = `A worker in place ${slot} ended: ${lastExit.reason}`;
    return [{ severity: 'fair', text, href }];
  });
  return [...states, ...silent, ...ended];
}

function queueProblems({ queues }: Evidence): Problem[] {
  return queues.flatMap(({ listener, length, maxLength, oldestAgeMs }): Problem[] => {
    const href = '/accept-queue';
    if (length >= maxLength) {
      return [{ severity: 'poor', text: `The accept queue of ${listener} is full`, href }];
    }
    if (oldestAgeMs <= 100) return [];
    const text = `${length} connections to ${listener} wait for a worker, the oldest for ${Math.round(oldestAgeMs)} ms`;
    return [{ severity: 'fair', text, href }];
  });
}

function admissionProblems({ admission }: Evidence, now: number): Problem[] {
  const href = '/admission';
  return admission.flatMap(({ worker, value }): Problem[] => {
    const problems: Problem[] = [];
    const refused = value.history
      .filter(({ at }) => now - at < NOW_MS)
      .reduce((sum, point) => sum + point.refused, 0);
    if (refused > 0) {
      const text = `Worker ${worker} refused ${refused} requests in the last half minute`;
      problems.push({ severity: 'poor', text, href });
    }
    if (value.memory.rung !== 'NONE') {
      const text = `Worker ${worker} is short of memory (${value.memory.rung})`;
      problems.push({ severity: 'poor', text, href });
    }
    return problems;
  });
}

function checkProblems({ readiness }: Evidence): Problem[] {
  return readiness.flatMap(({ worker, value }) => {
    const down = value.checks.filter(({ status }) => status === 'down');
    return down.map(({ name, counts, error = '' }): Problem => {
      const state = counts ? 'is not ready' : 'is ready, but an optional check fails';
      const text = `Worker ${worker} ${state}: ${name}: ${error}`;
      return { severity: 'poor', text, href: '/readiness' };
    });
  });
}

interface AnyAddress {
  state?: unknown;
  health?: { state?: unknown };
  address?: unknown;
  host?: unknown;
  port?: string | number;
}

/** Reports every address that is DOWN or HELD in a worker. */
function addressProblems({ connections }: Evidence): Problem[] {
  const href = '/connections';
  return connections.flatMap(({ worker, value }) => {
    return downAddressesIn(value).map((name): Problem => {
      return { severity: 'poor', text: `${name} is marked down in worker ${worker}`, href };
    });
  });
}

const DOWN = new Set(['DOWN', 'HELD']);
const MAX_DEPTH = 8;

/** Names of the addresses that are down, at any depth of the report. */
export function downAddressesIn(value: unknown, depth = 0): string[] {
  if (typeof value !== 'object' || value === null || depth > MAX_DEPTH) return [];
  const name = downNameOf(value);
  if (name !== undefined) return [name];
  return Object.values(value).flatMap((one) => downAddressesIn(one, depth + 1));
}

function downNameOf({
  health,
  state = health?.state,
  address,
  host,
  port,
}: AnyAddress): string | undefined {
  if (typeof state !== 'string' || !DOWN.has(state.toUpperCase())) return undefined;
  if (typeof address === 'string') return address;
  return typeof host === 'string' ? `${host}:${String(port)}` : undefined;
}

/** Merges findings of several workers that differ at most in numbers. */
function warningProblems({ warnings }: Evidence): Problem[] {
  const texts = new Map<string, string>();
  for (const { value } of warnings) {
    for (const { level, code, text } of value.findings) {
      if (level === 'problem') texts.set(`${code} ${text.replaceAll(/\d+/g, '#')}`, text);
    }
  }
  return [...texts.values()].map((text) => ({ severity: 'fair', text, href: '/warnings' }));
}
