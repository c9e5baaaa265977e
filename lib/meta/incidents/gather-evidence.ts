import { privateDirectoryIfAny } from '../../common/files/private-directory.ts';
import { readLastStack } from '../../common/process/last-stack.ts';
import type { PrimaryReports, WorkerReportName } from '../../reports/report-types.ts';
import type { Answers, GroupReports } from '../group-reports.provider.ts';
import type { GroupHistory } from '../history/group-history.ts';
import { hasDeadEndpoint } from './dependency-problems.ts';
import { type Evidence, NOW_MS } from './problem.ts';

/** Collects what problems are found in. @throws PrimarySilentError if the primary never answered */
export async function gatherEvidence(
  reports: GroupReports,
  history: GroupHistory,
  now: number,
): Promise<Evidence> {
  const missing = new Set<number>();
  const gathered = async <K extends WorkerReportName>(name: K): Promise<Answers<K>> => {
    const { data, workers } = await reports.gather(name);
    for (const id of workers.missing) missing.add(id);
    // Of a silent worker nothing has begun or ended.
    return data.filter(({ at }) => at === undefined);
  };
  const [own, workers, queues, recycling, health] = await Promise.all([
    evidenceOfWorkers(gathered),
    reports.workers(),
    reports.acceptQueue(),
    reports.primary('recycling'),
    reports.primary('health').catch(() => null),
  ]);
  return {
    ...own,
    workers: workers.data,
    primarySilentSince: reports.primarySilentSince ?? null,
    queues: queues.data,
    versions: history.last.map(({ worker, service }) => ({ worker, version: service.version })),
    isReloading: recycling.reload !== null,
    // A primary of an older release, during an upgrade, does not say.
    stoppedReload: recycling.stoppedReload ?? null,
    replacements: recycling.history,
    health,
    missing: [...missing].toSorted((a, b) => a - b),
    shed: shedLately(history, now),
    growth: history.growth(now),
    memoryLimitBytes: recycling.options?.maxRssBytes ?? null,
    stacks: stacksOf(workers.data),
  };
}

type GatheredName =
  | 'pressure'
  | 'warnings'
  | 'connections'
  | 'requests'
  | 'readiness'
  | 'blocked'
  | 'threads';

async function evidenceOfWorkers(
  gathered: <K extends WorkerReportName>(name: K) => Promise<Answers<K>>,
): Promise<Pick<Evidence, GatheredName>> {
  const [pressure, warnings, connections, readiness, blocked, threads] = await Promise.all([
    gathered('admission-pressure'),
    gathered('warnings'),
    gathered('connections'),
    gathered('readiness'),
    gathered('blocked-loop'),
    gathered('threads'),
  ]);
  const requests = isDependencyDead(connections) ? await gathered('requests') : [];
  return { pressure, warnings, connections, requests, readiness, blocked, threads };
}

function isDependencyDead(connections: Answers<'connections'>): boolean {
  try {
    return connections.some(({ value }) => hasDeadEndpoint(value));
  } catch {
    // Of another version, which the rules say.
    return false;
  }
}

/** Stacks that sentinels have left of workers whose event loop is blocked. */
function stacksOf(workers: PrimaryReports['workers']): Map<number, string[]> {
  const directory = privateDirectoryIfAny();
  return new Map(
    workers.flatMap(({ id, state }) => {
      if (id === null || state !== 'STALLED') return [];
      const stack = readLastStack(directory, id);
      return stack === undefined ? [] : [[id, stack] as const];
    }),
  );
}

/** Connections that the accept queue shed lately. */
function shedLately(history: GroupHistory, now: number): number {
  const points = history.queuePoints(now, NOW_MS);
  return Math.round(points.reduce((sum, { shed }) => sum + (shed ?? 0), 0));
}
