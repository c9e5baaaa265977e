import { rounded } from '../common/rounded.ts';
import type { AdmissionGroup } from './admission-group.ts';
import type { BypassCounts } from './bypass.ts';
import type { Gate } from './gate.ts';
import type { LagController } from './lag-controller.ts';
import type { MemoryRung, MemoryRungs } from './memory-rungs.ts';
import { type PriorityName, priorityOf, RANKS } from './priority.ts';
import type { RefusalCount } from './refusal-counts.ts';
import type { RoutePlans } from './route-plans.ts';

/** Limit, load and counts of one group. */
export interface GroupSnapshot {
  /** Method and pattern of the route, or the name given by `@Admission`. */
  name: string;
  /** Requests that may be in flight. */
  limit: number;
  inFlight: number;
  waiting: number;
  /** `arrived = admitted + refused + left + waiting`. */
  arrived: number;
  admitted: number;
  refused: number;
  /** Clients that left while waiting. */
  left: number;
  refusals: RefusalCount[];
  /** Approximate median duration of an answer. */
  medianMs: number;
}

/** Admission of one process. */
export interface AdmissionSnapshot {
  /** Fraction of all requests admitted under event loop lag; `shares`: the same by priority. */
  fraction: number;
  shares: Record<PriorityName, number>;
  /** Event loop turn length as a request meets it, and its target. */
  lagMs: number;
  lagTargetMs: number;
  /** Mean event loop time per request. */
  costMs: number;
  inFlight: number;
  waiting: number;
  memory: { rung: MemoryRung; fraction: number };
  /** Probes and preflights, by path. */
  bypass: Record<string, BypassCounts>;
  /** Bodies being received now, and those given up so far for being too slow. */
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

export function admissionSnapshot({
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
