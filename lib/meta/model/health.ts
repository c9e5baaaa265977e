import type { CheckOutcome } from '../../common/checks/checks.ts';
import type { PrimaryReports } from '../../reports/report-types.ts';
import type { Answers } from '../group-reports.provider.ts';

/** A check over all workers. */
export interface HealthCheck {
  kind: 'readiness' | 'liveness';
  name: string;
  /** `down` when it fails in any worker. */
  status: CheckOutcome['status'];
  /** Whether its failure counts; otherwise it is only shown. */
  counts: boolean;
  /** Workers in which it passes, and in which it fails. */
  up: number[];
  down: number[];
  /** What failures say, each once. */
  errors: string[];
  /** Longest duration of a worker. */
  tookMs: number;
  /** Latest outcome, Unix time in milliseconds. */
  at: number;
}

/** Whether a worker gets requests, and why not. */
export interface HealthOfWorker {
  id: number;
  slot: number;
  state: string;
  /** Whether its readiness checks pass; null: it has not answered. */
  isReady: boolean | null;
  /** First failure of a check that counts; null: none. */
  failure: string | null;
}

/** Checks of all workers, those that fail first. */
export function healthChecks(
  readiness: Answers<'readiness'>,
  liveness: Answers<'liveness'>,
): HealthCheck[] {
  const own = [
    ...readiness.flatMap(({ worker, value }) =>
      value.checks.map((check) => ({ kind: 'readiness' as const, worker, check })),
    ),
    ...liveness.flatMap(({ worker, value }) =>
      value.map((check) => ({ kind: 'liveness' as const, worker, check })),
    ),
  ];
  const byName = Map.groupBy(own, ({ kind, check }) => `${kind} ${check.name}`);
  return [...byName.values()]
    .flatMap((same) => mergedCheck(same))
    .toSorted((a, b) => Number(a.status === 'up') - Number(b.status === 'up'));
}

interface Own {
  kind: HealthCheck['kind'];
  worker: number;
  check: CheckOutcome;
}

function mergedCheck(same: readonly Own[]): HealthCheck[] {
  const [first] = same;
  if (first === undefined) return [];
  const workersThat = (status: CheckOutcome['status']): number[] => {
    return same.filter(({ check }) => check.status === status).map(({ worker }) => worker);
  };
  const down = workersThat('down');
  return [
    {
      kind: first.kind,
      name: first.check.name,
      status: down.length > 0 ? 'down' : 'up',
      counts: same.some(({ check }) => check.counts),
      up: workersThat('up'),
      down,
      errors: [...new Set(same.flatMap(({ check }) => check.error ?? []))],
      tookMs: Math.max(...same.map(({ check }) => check.tookMs)),
      at: Math.max(...same.map(({ check }) => check.at)),
    },
  ];
}

/** Health of each worker, as the primary and its own checks see it. */
export function healthOfWorkers(
  workers: PrimaryReports['workers'],
  readiness: Answers<'readiness'>,
): HealthOfWorker[] {
  const byWorker = new Map(readiness.map(({ worker, value }) => [worker, value]));
  return workers.flatMap(({ id, slot, state, livenessFailure }) => {
    if (id === null) return [];
    const own = byWorker.get(id);
    const failed = own?.checks.find(({ status, counts }) => counts && status === 'down');
    const failure = failed === undefined ? null : `${failed.name}: ${failed.error ?? 'failed'}`;
    return [
      { id, slot, state, isReady: own?.isReady ?? null, failure: failure ?? livenessFailure },
    ];
  });
}
