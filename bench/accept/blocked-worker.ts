import { setTimeout as wait } from 'node:timers/promises';

import { type Bar, barText } from '../support/bar.ts';
import { closedLoop } from '../support/closed-loop.ts';
import { openLoop, type OpenLoopResult } from '../support/open-loop.ts';
import { compare, inTurn } from '../support/pairs.ts';
import { median, spread } from '../support/statistics.ts';
import { type Target, withTargets } from '../support/target.ts';
import { type BenchContext, comparedRow, type Row } from '../support/topic.ts';
import { Blocker } from './blocker.ts';
import { target } from './targets.ts';

const P99_BAR: Bar = { kind: 'at-most', limit: 0.1 };
const MAX_BAR: Bar = { kind: 'at-most', limit: 0.25 };
const LOST_BAR: Bar = { kind: 'at-most', limit: 0 };

const WORKERS = 4;

const MS_PER_SECOND = 1_000;

/** Clients while the capacity is measured. */
const CLIENTS = 64;

const PLANS: Record<BenchContext['effort'], { rounds: number; seconds: number }> = {
  quick: { rounds: 2, seconds: 1.8 },
  full: { rounds: 5, seconds: 5 },
};

/** What one round saw, target by target. */
interface Round {
  ours: OpenLoopResult;
  roundRobin: OpenLoopResult;
  reusePort: OpenLoopResult;
}

/** New connections while one of four workers is blocked, again and again. */
export async function blockedWorker(context: BenchContext): Promise<void> {
  const { effort, note } = context;
  const { rounds: count, seconds } = PLANS[effort];
  const names = ['buttress', 'round-robin', 'reuse-port'] as const;
  const specs = names.map((name) => target(name, WORKERS));
  const rounds = await withTargets(specs, async (targets) => {
    const rate = await halfCapacity(targets);
    note(`blocked-worker: ${rate} new connections per second`);
    const all: Round[] = [];
    for (let round = 0; round < count; round++) {
      // oxlint-disable-next-line no-await-in-loop -- what is measured must not run at once
      const results = await inTurn(targets, round, (one) => measure(one, rate, seconds));
      all.push(asRound(results));
      note(`blocked-worker, round ${round + 1}: ${results.map(inWords).join('; ')}`);
    }
    return all;
  });
  reportRounds(context, rounds);
}

/** Half of what the slowest target does with no worker blocked, in connections per second. */
async function halfCapacity(targets: readonly Target[]): Promise<number> {
  const load = { connections: CLIENTS, seconds: 1, connection: 'close' } as const;
  const measureOne = (one: Target) => closedLoop({ url: one.url('/hello'), ...load });
  await inTurn(targets, 0, measureOne);
  const results = await inTurn(targets, 1, measureOne);
  return Math.round(Math.min(...results.map(({ perSecond }) => perSecond)) / 2);
}

async function measure(one: Target, rate: number, seconds: number): Promise<OpenLoopResult> {
  const blocker = new Blocker(one.url('/block'));
  await blocker.start();
  const load = { port: one.port, path: '/hello', rate, seconds, connections: 'close' } as const;
  const loaded = openLoop(load);
  await wait(seconds * MS_PER_SECOND);
  // No block begins after the last arrival; those that wait behind the last one are waited for.
  const unblocked = blocker.stop();
  const result = await loaded;
  await unblocked;
  return result;
}

function asRound([ours, roundRobin, reusePort]: OpenLoopResult[]): Round {
  if (ours === undefined || roundRobin === undefined || reusePort === undefined) {
    throw new Error('a target was not measured');
  }
  return { ours, roundRobin, reusePort };
}

function inWords({ p99, max, stuck, lost, refused }: OpenLoopResult): string {
  const bad = `${stuck} stuck, ${lost} lost, ${refused} refused`;
  return `p99 ${p99.toFixed(1)} ms, max ${max.toFixed(1)} ms, ${bad}`;
}

function reportRounds({ random, report }: BenchContext, rounds: readonly Round[]): void {
  const about = { topic: 'accept', unit: 'ms' };
  const p99 = rounds.map(({ ours, reusePort }) => ({ ours: ours.p99, peer: reusePort.p99 }));
  report(
    comparedRow(
      { ...about, metric: 'blocked-p99-vs-reuseport', against: 'reuse-port' },
      P99_BAR,
      compare(p99, { bar: P99_BAR, random }),
    ),
  );
  const max = rounds.map(({ ours, roundRobin }) => ({ ours: ours.max, peer: roundRobin.max }));
  report(
    comparedRow(
      { ...about, metric: 'blocked-max-vs-round-robin', against: 'round-robin' },
      MAX_BAR,
      compare(max, { bar: MAX_BAR, random }),
    ),
  );
  report(lostRow(rounds));
}

/** A count over all rounds, held against zero: the ratio is for information. */
function lostRow(rounds: readonly Round[]): Row {
  const ours = sum(rounds.map((round) => unserved(round.ours)));
  const peer = sum(rounds.map((round) => unserved(round.roundRobin)));
  const ratios = spread(rounds.map((round) => unserved(round.ours) / unserved(round.roundRobin)));
  return {
    topic: 'accept',
    metric: 'blocked-stuck-or-lost',
    ours,
    peer,
    ratio: { min: known(ratios.min), median: known(ratios.median), max: known(ratios.max) },
    bar: `ours ${barText(LOST_BAR)}`,
    holds: ours <= LOST_BAR.limit,
    unit: 'connections',
    against: 'round-robin',
    pairs: rounds.length,
    bound: ours,
    verdict: ours <= LOST_BAR.limit ? 'held' : 'missed',
    // Of all three blocked rows.
    detail: detailOf(rounds),
  };
}

/** Connections without an answer, or with one after more than a second. A refusal is an answer. */
function unserved({ lost, stuck }: OpenLoopResult): number {
  return lost + stuck;
}

/** Counts over all rounds, and the median of each latency. */
function detailOf(rounds: readonly Round[]): Record<string, Record<string, number>> {
  return {
    buttress: summary(rounds.map(({ ours }) => ours)),
    'round-robin': summary(rounds.map(({ roundRobin }) => roundRobin)),
    'reuse-port': summary(rounds.map(({ reusePort }) => reusePort)),
  };
}

function summary(results: readonly OpenLoopResult[]): Record<string, number> {
  const total = (pick: (one: OpenLoopResult) => number): number => sum(results.map(pick));
  const middle = (pick: (one: OpenLoopResult) => number): number => median(results.map(pick));
  return {
    sent: total(({ sent }) => sent),
    p50: middle(({ p50 }) => p50),
    p99: middle(({ p99 }) => p99),
    max: Math.max(...results.map(({ max }) => max)),
    stuck: total(({ stuck }) => stuck),
    refused: total(({ refused }) => refused),
    lost: total(({ lost }) => lost),
    generatorLag: Math.max(...results.map(({ generatorLag }) => generatorLag)),
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function known(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
