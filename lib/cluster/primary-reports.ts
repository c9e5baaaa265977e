import type { Reports } from '../reports/reports.ts';
import { GroupUseError } from './cluster.errors.ts';
import type { Listener } from './listener.ts';
import type { Recycling } from './recycling.ts';
import type { ReloadOutcome } from './reload.ts';
import type { Supervisor } from './supervisor.ts';
import { workersSnapshot } from './workers-snapshot.ts';

export interface PrimaryParts {
  supervisor: Supervisor;
  recycling: Recycling;
  listeners: () => readonly Listener[];
  isReady: () => boolean;
  reload: () => Promise<ReloadOutcome>;
  now: () => number;
}

/** What the primary shows, and what can be done to it. */
export function registerPrimaryReports(reports: Reports, parts: PrimaryParts): void {
  const { supervisor, recycling, listeners, isReady, reload, now } = parts;
  reports.snapshot('workers', () => workersSnapshot(supervisor, now()));
  reports.snapshot('accept-queue', () => listeners().map((listener) => listener.snapshot(now())));
  reports.snapshot('ready', isReady);
  reports.snapshot('recycling', () => recycling.snapshot());
  reports.operation('reload', {
    access: 'operate',
    run: () => {
      // It takes longer than an answer may: how it went stands in the log and among the replacements.
      void reload().catch(() => undefined);
      return { started: true };
    },
  });
  reports.operation('recycle', {
    access: 'operate',
    run: (input) => {
      const id = idOf(input);
      const worker = supervisor.workers.find((one) => one.id === id);
      if (worker === undefined) throw new GroupUseError(`there is no worker ${id}`);
      void recycling.replace(worker);
      return { started: true };
    },
  });
}

function idOf(input: unknown): number {
  const { worker } = (input ?? {}) as { worker?: unknown };
  if (Number.isSafeInteger(worker)) return Number(worker);
  throw new GroupUseError('name a worker by its id: { "worker": 1 }');
}
