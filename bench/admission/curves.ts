import { fileURLToPath } from 'node:url';

import { type Target, type TargetSpec, withTargets } from '../support/target.ts';
import { type ClassResult, offer } from './offered-load.ts';
import type { Work } from './work.ts';

/** One load of one policy. */
export interface Point {
  /** Times the capacity. */
  load: number;
  /** Answers within a second, per second. */
  goodput: number;
  /** Of those that were let in, in milliseconds; the worst of the kinds of requests. */
  p99: number;
  /** Of those that were refused, in milliseconds; NaN: none was. */
  refusedP99: number;
  /** Fraction that was refused. */
  refused: number;
  lost: number;
}

export interface Curve {
  policy: string;
  points: Point[];
}

export const POLICIES = ['buttress', 'none', 'under-pressure', 'under-pressure-interval'] as const;

const CONNECTIONS = 512;

const WARM_UP_SECONDS = 2;

export function targetOf(policy: string): TargetSpec {
  const main = fileURLToPath(new URL(`./apps/dist/${policy}.main.js`, import.meta.url));
  return { name: policy, main, workers: 1 };
}

/** Offers the loads one after the other to a new process. */
export function curveOf(
  policy: string,
  work: Work,
  { loads, seconds }: { loads: readonly number[]; seconds: number },
): Promise<Curve> {
  return withTargets([targetOf(policy)], async ([target]) => {
    const points: Point[] = [];
    if (target === undefined) return { policy, points };
    // oxlint-disable-next-line no-await-in-loop -- what is measured must not run at once
    for (const load of loads) points.push(await pointOf(target, work, { load, seconds }));
    return { policy, points };
  });
}

async function pointOf(
  { port }: Target,
  { capacity }: Work,
  { load, seconds }: { load: number; seconds: number },
): Promise<Point> {
  const classes = Object.entries(capacity).map(([name, perSecond]) => {
    const phases = [{ seconds: seconds + WARM_UP_SECONDS, perSecond: perSecond * load }];
    return { name, path: `/${name}`, phases };
  });
  const about = { warmUpSeconds: WARM_UP_SECONDS, connections: CONNECTIONS, seed: 17 };
  const results = Object.values(await offer({ port, classes, ...about }));
  return {
    load,
    goodput: sum(results, ({ good, seconds: counted }) => good / counted),
    p99: worst(results, ({ p99 }) => p99),
    refusedP99: worst(results, ({ refusedP99 }) => refusedP99),
    refused:
      sum(results, ({ refused }) => refused) / sum(results, ({ ended, lost }) => ended + lost),
    lost: sum(results, ({ lost }) => lost),
  };
}

function sum(results: readonly ClassResult[], read: (one: ClassResult) => number): number {
  return results.reduce((total, one) => total + read(one), 0);
}

/** JSON has no NaN: what was not there comes as null. */
function worst(results: readonly ClassResult[], read: (one: ClassResult) => number | null): number {
  const values = results.map(read).filter((value): value is number => Number.isFinite(value));
  return values.length === 0 ? NaN : Math.max(...values);
}
