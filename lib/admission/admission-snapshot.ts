import type { AdmissionGroup } from './admission-group.ts';
import type { BypassCounts } from './bypass.ts';
import type { Gate } from './gate.ts';
import type { LagController } from './lag-controller.ts';
import type { MemoryRung, MemoryRungs } from './memory-rungs.ts';
import { type Priority, priorityOf, RANKS } from './priority.ts';
import type { RefusalCount } from './refusal-counts.ts';
import type { RoutePlans } from './route-plans.ts';

/** What requests of one group may do, and what became of them. */
export interface GroupSnapshot {
  /** Method and pattern of the route, or the name that routes were given. */
  name: string;
  /** Requests that may be in flight. */
  limit: number;
  inFlight: number;
  waiting: number;
  /** `arrived = admitted + refused + left + waiting`. */
  arrived: number;
  admitted: number;
  refused: number;
  /** Went while they waited. */
  left: number;
  refusals: RefusalCount[];
  /** How long an answer takes, about, in milliseconds. */
  medianMs: number;
}

/** Admission of one process. */
export interface AdmissionSnapshot {
  /** Fraction of all requests that the loop's lag lets in, and of those of each priority. */
  fraction: number;
  shares: Record<Priority, number>;
  /** Length of a turn of the event loop as a request meets it, and what is aimed at. */
  lagMs: number;
  lagTargetMs: number;
  /** Time of the loop that a request costs. */
  costMs: number;
  inFlight: number;
  waiting: number;
  memory: { rung: MemoryRung; fraction: number };
  /** Probes and preflights, by path. */
  bypass: Record<string, BypassCounts>;
  /** Bodies on their way now, and those that were given up as too slow so far. */
  bodies: { reading: number; tooSlow: number };
  groups: GroupSnapshot[];
}

export interface SnapshotSources {
  gate: Gate;
  plans: RoutePlans;
  lag: LagController | undefined;
  memory: MemoryRungs | undefined;
  bypass: ReadonlyMap<string, BypassCounts>;
  bodies: { readonly reading: number; readonly tooSlow: number } | undefined;
}

export function snapshotOf({
  gate,
  plans,
  lag,
  memory,
  bypass,
  bodies,
}: SnapshotSources): AdmissionSnapshot {
  const { inFlight, waiting } = gate;
  return {
    ...loopOf(lag),
    inFlight,
    waiting,
    memory: { rung: memory?.rung ?? 'NONE', fraction: rounded(memory?.fraction ?? 0) },
    bypass: Object.fromEntries([...bypass].map(([path, counts]) => [path, { ...counts }])),
    bodies: { reading: bodies?.reading ?? 0, tooSlow: bodies?.tooSlow ?? 0 },
    groups: [...plans.groups].map(groupOf),
  };
}

function loopOf(
  lag: LagController | undefined,
): Pick<AdmissionSnapshot, 'fraction' | 'shares' | 'lagMs' | 'lagTargetMs' | 'costMs'> {
  const shares = { critical: 1, high: 1, normal: 1, sheddable: 1 };
  if (lag === undefined) return { fraction: 1, shares, lagMs: 0, lagTargetMs: 0, costMs: 0 };
  for (const rank of RANKS) shares[priorityOf(rank)] = rounded(lag.shareOf(rank));
  const { fraction, lagMs, targetMs, costMs } = lag;
  return {
    fraction: rounded(fraction),
    shares,
    lagMs: rounded(lagMs),
    lagTargetMs: rounded(targetMs),
    costMs: rounded(costMs),
  };
}

function groupOf(group: AdmissionGroup): GroupSnapshot {
  const { name, inFlight, waiting, arrived, admitted, refused, left, medianMs } = group;
  return {
    name,
    limit: rounded(group.limiter.limit),
    inFlight,
    waiting: waiting.length,
    arrived,
    admitted,
    refused: refused.total,
    left,
    refusals: refused.entries(),
    medianMs: rounded(medianMs),
  };
}

/** Thousandths are precise enough, and shorter. */
function rounded(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}
