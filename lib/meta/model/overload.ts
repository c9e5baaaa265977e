import { REFUSAL_REASONS, type RefusalReason } from '../../admission/refusal-reason.ts';
import { sumOf } from '../../common/sum-of.ts';
import type { PrimaryReports } from '../../reports/report-types.ts';
import type { Answers } from '../group-reports.provider.ts';
import type { HistoryPoint, QueuePoint } from '../history/group-history.ts';
import { ofApplication, type QueueFigures } from '../history/queue-track.ts';

/** Connections or requests: per second, and since the start. Null: the rate is not known. */
export interface Amount {
  perSecond: number | null;
  total: number;
}

/** Path of the load in steps, from the network to the routes. */
export interface OverloadFlow {
  /** Connections of the application: `offered.total = handed + shed + waiting + pending + closed`. */
  connections: {
    offered: Amount;
    waiting: number;
    maxQueue: number;
    oldestAgeMs: number;
    handed: Amount;
    pending: number;
    shed: Amount & { full: Amount; age: Amount; codel: Amount; down: Amount };
    closed: number;
  };
  workers: {
    ready: number;
    all: number;
    /** Requests answered per second; requests in flight; the part of them that failed. */
    answeredPerSecond: number | null;
    failedPerSecond: number | null;
    inFlight: number | null;
  };
  /** Requests at the admission of all workers; null: no worker has admission. */
  routes: {
    arrived: number;
    admitted: Amount;
    refused: Amount;
    left: number;
    waiting: number;
    inFlight: number;
    refusals: Partial<Record<RefusalReason, number>>;
  } | null;
}

/** Admission of one route over all workers. */
export interface RouteAdmission {
  name: string;
  /** Sum of the limits of the workers. */
  limit: number;
  inFlight: number;
  waiting: number;
  arrived: number;
  admitted: number;
  refused: number;
  left: number;
  /** Largest median of a worker. */
  medianMs: number;
  refusals: Partial<Record<RefusalReason, number>>;
  /** By the second, over the last five minutes; null: no worker told of it. */
  history: { at: number; limit: number | null; inFlight: number | null; waiting: number | null }[];
}

/** Requests refused by all workers in one second, by reason. */
export interface RefusalPoint {
  at: number;
  admitted: number;
  refused: number;
  refusals: Partial<Record<RefusalReason, number>>;
}

interface FlowSources {
  queues: PrimaryReports['accept-queue'];
  workers: PrimaryReports['workers'];
  admission: Answers<'admission'>;
  /** Latest seconds that are known. */
  now: { queue: QueuePoint | undefined; workers: HistoryPoint | undefined };
}

const SECOND_MS = 1_000;

/** Follows the load: offered, queued, handed to workers, admitted by routes. */
export function flowOf({ queues, workers, admission, now }: FlowSources): OverloadFlow {
  return {
    connections: connectionsOf(ofApplication(queues), now.queue),
    workers: {
      ready: workers.filter(({ state }) => state === 'READY').length,
      all: workers.length,
      answeredPerSecond: now.workers?.requests ?? null,
      failedPerSecond: now.workers?.failed ?? null,
      inFlight: now.workers?.inFlight ?? null,
    },
    routes: admission.length === 0 ? null : routesFlowOf(admission),
  };
}

type Queue = FlowSources['queues'][number];

function connectionsOf(
  queues: readonly Queue[],
  now: QueuePoint | undefined,
): OverloadFlow['connections'] {
  const sum = (of: (queue: Queue) => number): number => sumOf(queues, of);
  const amount = (rate: keyof QueueFigures, of: (queue: Queue) => number): Amount => {
    return { perSecond: now?.[rate] ?? null, total: sum(of) };
  };
  return {
    offered: amount('accepted', ({ accepted }) => accepted),
    waiting: sum(({ length }) => length),
    maxQueue: sum(({ maxQueue }) => maxQueue),
    oldestAgeMs: Math.max(0, ...queues.map(({ oldestAgeMs }) => oldestAgeMs)),
    handed: amount('handed', ({ handed }) => handed),
    pending: sum(({ pending }) => pending),
    shed: {
      ...amount('shed', ({ shed }) => shed.full + shed.age + shed.codel + shed.down),
      full: amount('shedFull', ({ shed }) => shed.full),
      age: amount('shedAge', ({ shed }) => shed.age),
      codel: amount('shedCodel', ({ shed }) => shed.codel),
      down: { perSecond: null, total: sum(({ shed }) => shed.down) },
    },
    closed: sum(({ closed }) => closed),
  };
}

function routesFlowOf(admission: Answers<'admission'>): OverloadFlow['routes'] {
  const routes = routeAdmissions(admission);
  const last = refusalHistory(admission).at(-1);
  const total = (of: (route: RouteAdmission) => number): number => sumOf(routes, of);
  return {
    arrived: total(({ arrived }) => arrived),
    admitted: { perSecond: last?.admitted ?? null, total: total(({ admitted }) => admitted) },
    refused: { perSecond: last?.refused ?? null, total: total(({ refused }) => refused) },
    left: total(({ left }) => left),
    waiting: total(({ waiting }) => waiting),
    inFlight: total(({ inFlight }) => inFlight),
    refusals: sumByReason(routes.map(({ refusals }) => refusals)),
  };
}

/** Routes of all workers, those with most requests first. */
export function routeAdmissions(admission: Answers<'admission'>): RouteAdmission[] {
  const groups = admission.flatMap(({ value }) => value.groups);
  const byName = Map.groupBy(groups, ({ name }) => name);
  return Array.from(byName, ([name, same]): RouteAdmission => {
    const sum = (of: (group: (typeof same)[number]) => number): number => sumOf(same, of);
    return {
      name,
      limit: sum(({ limit }) => limit),
      inFlight: sum(({ inFlight }) => inFlight),
      waiting: sum(({ waiting }) => waiting),
      arrived: sum(({ arrived }) => arrived),
      admitted: sum(({ admitted }) => admitted),
      refused: sum(({ refused }) => refused),
      left: sum(({ left }) => left),
      medianMs: Math.max(0, ...same.map(({ medianMs }) => medianMs)),
      refusals: sumByReason(
        same.flatMap(({ refusals }) => refusals.map(({ reason, count }) => ({ [reason]: count }))),
      ),
      history: levelsOf(same.map(({ history }) => history)),
    };
  }).toSorted((a, b) => b.arrived - a.arrived);
}

type Levels = RouteAdmission['history'];

/** Levels of all workers by the second: of each worker the last one in it. */
function levelsOf(histories: readonly Levels[]): Levels {
  const seconds = new Map<number, Map<number, Levels[number]>>();
  for (const [worker, history] of histories.entries()) {
    for (const point of history) {
      const second = Math.floor(point.at / SECOND_MS);
      const there = seconds.get(second) ?? new Map<number, Levels[number]>();
      seconds.set(second, there.set(worker, point));
    }
  }
  return [...seconds]
    .toSorted(([a], [b]) => a - b)
    .map(([second, points]) => {
      const sum = (of: (point: Levels[number]) => number | null): number | null => {
        return sumOf([...points.values()], (point) => of(point) ?? 0);
      };
      return {
        at: second * SECOND_MS,
        limit: sum(({ limit }) => limit),
        inFlight: sum(({ inFlight }) => inFlight),
        waiting: sum(({ waiting }) => waiting),
      };
    });
}

/**
 * Requests admitted and refused by the second. What a worker counted between two points is spread
 * over the seconds between them: after a blocked loop a point covers several.
 */
export function refusalHistory(admission: Answers<'admission'>): RefusalPoint[] {
  const seconds = new Map<number, RefusalPoint>();
  for (const { value } of admission) {
    for (const [at, point] of value.history.entries()) {
      const fromMs = value.history[at - 1]?.at ?? point.at - SECOND_MS;
      addSpread(seconds, point, fromMs);
    }
  }
  // The present second is not over: not all workers have told of it.
  return [...seconds.values()].toSorted((a, b) => a.at - b.at).slice(0, -1);
}

function addSpread(seconds: Map<number, RefusalPoint>, point: RefusalPoint, fromMs: number): void {
  const spanMs = Math.max(1, point.at - fromMs);
  const last = Math.floor((point.at - 1) / SECOND_MS);
  for (let second = Math.floor(fromMs / SECOND_MS); second <= last; second++) {
    const at = second * SECOND_MS;
    const share = (Math.min(point.at, at + SECOND_MS) - Math.max(fromMs, at)) / spanMs;
    const known = seconds.get(second) ?? { at, admitted: 0, refused: 0, refusals: {} };
    known.admitted += point.admitted * share;
    known.refused += point.refused * share;
    // Absent in reports of an older release.
    for (const [reason, count] of Object.entries(point.refusals ?? {})) {
      const name = reason as RefusalReason;
      known.refusals[name] = (known.refusals[name] ?? 0) + count * share;
    }
    seconds.set(second, known);
  }
}

function sumByReason(
  all: readonly Partial<Record<RefusalReason, number>>[],
): Partial<Record<RefusalReason, number>> {
  const sums = REFUSAL_REASONS.map((reason) => {
    return [reason, sumOf(all, (counts) => counts[reason] ?? 0)] as const;
  });
  return Object.fromEntries(sums.filter(([, count]) => count > 0));
}
