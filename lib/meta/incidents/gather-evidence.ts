import { readLastStack } from '../../common/last-stack.ts';
import { privateDirectoryIfAny } from '../../common/private-directory.ts';
import type { PrimaryReports, WorkerReportName } from '../../reports/report-types.ts';
import type { Answers, GroupReports } from '../group-reports.provider.ts';
import type { GroupHistory } from '../history/group-history.ts';
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
  const [workers, queues, pressure, warnings, connections, readiness, blocked, recycling, health] =
    await Promise.all([
      reports.workers(),
      reports.acceptQueue(),
      gathered('admission-pressure'),
      gathered('warnings'),
      gathered('connections'),
      gathered('readiness'),
      gathered('blocked-loop'),
      reports.primary('recycling'),
      reports.primary('health').catch(() => null),
    ]);
  return {
    workers: workers.data,
    primarySilentSince: reports.primarySilentSince ?? null,
    queues: queues.data,
    pressure,
    warnings,
    connections,
    readiness,
    blocked,
    health,
    missing: [...missing].toSorted((a, b) => a - b),
    shed: shedLately(history, now),
    growth: history.growth(now),
    memoryLimitBytes: recycling.options?.maxRssBytes ?? null,
    stacks: stacksOf(workers.data),
  };
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
