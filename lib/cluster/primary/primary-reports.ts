import { randomUUID } from 'node:crypto';

import type { ConfigEntry } from '../../common/options/config-values.ts';
import { type RunningProcess, runningProcess } from '../../common/process/running-process.ts';
import type { PrimaryShapes } from '../../reports/report-types.ts';
import type { Reports } from '../../reports/reports.ts';
import type { StatSnapshot } from '../../stats/snapshot.ts';
import type { ListenerSnapshot } from '../accepting/listener.ts';
import { GroupOperationError } from '../cluster.errors.ts';
import type { PlannedChanges, ReplacingSnapshot } from '../replacing/planned-changes.ts';
import type { ManagedWorker } from '../supervision/managed-worker.ts';
import type { ExitRecord, Supervisor } from '../supervision/supervisor.ts';
import { type WorkerSnapshot, workersSnapshot } from '../supervision/workers-snapshot.ts';
import { type PrimaryFigures, primaryMetrics } from './primary-metrics.ts';
import { registerScaling } from './scaling-reports.ts';

declare module '../../reports/report-types.ts' {
  interface PrimaryReports {
    /** The primary, which stands for the group. */
    group: RunningProcess;
    workers: WorkerSnapshot[];
    'accept-queue': ListenerSnapshot[];
    /** Whether the group is ready for new work. */
    ready: boolean;
    recycling: ReplacingSnapshot;
    /** Newest first. */
    exits: ExitRecord[];
    /** What only the primary counts. */
    metrics: { epoch: string; stats: StatSnapshot[] };
    /** Options of the group, with their sources. */
    options: readonly ConfigEntry[];
  }
}

export interface PrimaryParts extends Omit<PrimaryFigures, 'replacements' | 'scaling'> {
  planned: Pick<PlannedChanges, 'recycling' | 'counts' | 'reload' | 'scaling' | 'snapshot'>;
  options: readonly ConfigEntry[];
  now: () => number;
}

/** A group that takes over counts anew. */
const EPOCH = randomUUID();

/** Registers the primary's snapshots and operations. */
export function registerPrimaryReports(reports: Reports<PrimaryShapes>, parts: PrimaryParts): void {
  const { supervisor, planned, listeners, isReady, options, now } = parts;
  const { counts: replacements, scaling } = planned;
  reports.snapshot('group', runningProcess);
  reports.snapshot('workers', () => workersSnapshot(supervisor, now()));
  reports.snapshot('accept-queue', () => listeners().map((listener) => listener.snapshot()));
  reports.snapshot('ready', isReady);
  reports.snapshot('recycling', () => planned.snapshot());
  reports.snapshot('exits', () => supervisor.exits);
  reports.snapshot('metrics', () => ({
    epoch: EPOCH,
    stats: primaryMetrics({ ...parts, replacements, scaling }),
  }));
  reports.snapshot('options', () => options);
  registerOperations(reports, parts);
}

function registerOperations(
  reports: Reports<PrimaryShapes>,
  { supervisor, planned }: PrimaryParts,
): void {
  reports.operation('reload', {
    access: 'operate',
    run: () => {
      // Takes longer than a reply may: the outcome is in the log and the recycling snapshot.
      void planned.reload().catch(() => undefined);
      return { started: true };
    },
  });
  registerScaling(reports, planned.scaling);
  reports.operation('recycle', {
    access: 'operate',
    run: (input) => {
      void planned.recycling.replace(workerOf(supervisor, input));
      return { started: true };
    },
  });
  reports.operation('drain', {
    access: 'operate',
    run: (input) => {
      drainOne(supervisor, workerOf(supervisor, input));
      return { started: true };
    },
  });
}

/** @throws GroupOperationError if no other worker is READY */
function drainOne(supervisor: Supervisor, worker: ManagedWorker): void {
  const others = supervisor.workers.filter((one) => one !== worker);
  if (!others.some(({ takesConnections }) => takesConnections)) {
    throw new GroupOperationError(
      `no other worker is ready; recycle worker ${worker.id} instead: its successor starts first`,
    );
  }
  supervisor.retire(worker, 'it was drained on demand', { cause: 'asked' });
}

/** @throws GroupOperationError if the input names no present worker */
export function workerOf(supervisor: Supervisor, input: unknown): ManagedWorker {
  const id = idOf(input);
  const worker = supervisor.workers.find((one) => one.id === id);
  if (worker === undefined) throw new GroupOperationError(`there is no worker ${id}`);
  return worker;
}

function idOf(input: unknown): number {
  const { worker } = (input ?? {}) as { worker?: unknown };
  if (Number.isSafeInteger(worker)) return Number(worker);
  throw new GroupOperationError('name a worker by its id: { "worker": 1 }');
}
