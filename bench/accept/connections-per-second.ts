import type { Bar } from '../support/bar.ts';
import { closedLoop } from '../support/closed-loop.ts';
import { pairedStarts } from '../support/paired-starts.ts';
import { compare, inSlices, inTurn, type Pair, type PairPlan } from '../support/pairs.ts';
import type { Target } from '../support/target.ts';
import { type BenchContext, comparedRow } from '../support/topic.ts';
import { target } from './targets.ts';

/** As many as the machine has cores: more only add switches between processes. */
const WORKERS = 2;

/** Enough to keep every process busy; more of them would only wait. */
const CLIENTS = 32;

const MICROSECONDS_PER_SECOND = 1e6;

/** Each slice takes a second, the shortest that wrk knows. */
const SLICE_SECONDS = 1;

interface Effort extends PairPlan {
  slices: number;
  /** Seconds of each of two rounds: in less V8 has not compiled what a connection takes. */
  warmUp: number;
}

const PLANS: Record<BenchContext['effort'], Effort> = {
  quick: { batch: 1, min: 3, max: 3, slices: 1, warmUp: 1 },
  // Of several starts at once the slices of each are spread over more time.
  full: { batch: 3, min: 9, max: 15, slices: 8, warmUp: 4 },
};

const NAMES = ['buttress', 'round-robin', 'reuse-port'] as const;
type Peer = Exclude<(typeof NAMES)[number], 'buttress'>;

/** What one target did, over all slices of a start. */
interface Work {
  perSecond: number;
  /** CPU time of all its processes, in microseconds per connection. */
  cpu: number;
}

interface Question {
  metric: string;
  unit: string;
  against: Peer;
  of: (work: Work) => number;
  bar: Bar;
}

const QUESTIONS: readonly Question[] = [
  {
    metric: 'conn-per-s',
    unit: 'conn/s',
    against: 'round-robin',
    of: ({ perSecond }) => perSecond,
    bar: { kind: 'at-least', limit: 1.6 },
  },
  {
    metric: 'cpu-per-connection',
    unit: 'µs',
    against: 'round-robin',
    of: ({ cpu }) => cpu,
    bar: { kind: 'at-most', limit: 0.55 },
  },
  {
    metric: 'cpu-per-connection',
    unit: 'µs',
    against: 'reuse-port',
    of: ({ cpu }) => cpu,
    bar: { kind: 'at-most', limit: 1.3 },
  },
];

type Start = Record<(typeof NAMES)[number], Work>;

/** New connections, one request on each, in a closed loop. */
export async function connectionsPerSecond({
  effort,
  random,
  note,
  report,
}: BenchContext): Promise<void> {
  const plan = PLANS[effort];
  const starts: Start[] = [];
  const verdicts = () =>
    QUESTIONS.map((question) => ({
      question,
      comparison: compare(pairsOf(starts, question), { bar: question.bar, random }),
    }));
  const isOpen = (): boolean => {
    if (starts.length < plan.min) return true;
    const isAnyOpen = verdicts().some(({ comparison }) => comparison.verdict === 'inconclusive');
    return isAnyOpen && starts.length < plan.max;
  };
  const specs = NAMES.map((name) => target(name, WORKERS));
  while (isOpen()) {
    // oxlint-disable-next-line no-await-in-loop -- what is measured must not run at once
    const measured = await pairedStarts(specs, plan.batch, (all) => measure(all, plan));
    for (const works of measured) {
      const start = Object.fromEntries(NAMES.map((name, at) => [name, works[at]])) as Start;
      starts.push(start);
      const texts = NAMES.map((name) => textOf(name, start)).join(', ');
      note(`new connections, start ${starts.length}: ${texts}`);
    }
  }
  for (const { question, comparison } of verdicts()) {
    const { metric, unit, against, bar } = question;
    report(comparedRow({ topic: 'accept', metric, unit, against }, bar, comparison));
  }
}

function pairsOf(starts: readonly Start[], { of, against }: Question): Pair[] {
  return starts.map((start) => ({ ours: of(start.buttress), peer: of(start[against]) }));
}

function textOf(name: keyof Start, start: Start): string {
  const { perSecond, cpu } = start[name];
  return `${name} ${perSecond.toFixed(0)}/s ${cpu.toFixed(1)} µs`;
}

async function measure(targets: readonly Target[], { slices, warmUp }: Effort): Promise<Work[]> {
  await inTurn(targets, 0, (one) => connect(one, warmUp));
  await inTurn(targets, 1, (one) => connect(one, warmUp));
  const all = await inSlices(targets, slices, (one) => connect(one, SLICE_SECONDS));
  return all.map((parts) => {
    const served = sum(parts.map((part) => part.served));
    const cpu = sum(parts.map((part) => part.cpuSeconds));
    return {
      perSecond: served / (slices * SLICE_SECONDS),
      cpu: (cpu * MICROSECONDS_PER_SECOND) / served,
    };
  });
}

/** A refusal is cheap and no service, so it does not count. */
async function connect(
  one: Target,
  seconds: number,
): Promise<{ served: number; cpuSeconds: number }> {
  const before = one.cpuSeconds();
  const load = { connections: CLIENTS, seconds, connection: 'close' } as const;
  const { perSecond, failed } = await closedLoop({ url: one.url('/hello'), ...load });
  return { served: perSecond * seconds - failed, cpuSeconds: one.cpuSeconds() - before };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
