import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { barText } from '../support/bar.ts';
import { withTargets } from '../support/target.ts';
import type { BenchContext, Topic } from '../support/topic.ts';
import { type Curve, curveOf, type Point, POLICIES, targetOf } from './curves.ts';
import { measureCrowds, measureSlowdown } from './hard-times.ts';
import { measureIdleCost } from './idle-cost.ts';
import { offer } from './offered-load.ts';
import { drawCurves } from './pictures.ts';
import { calibratedBlocks, HANDLER_MS, type Work, WORKS } from './work.ts';

/** Seconds that are counted per load. */
const PLANS = {
  quick: { ours: 3, peers: 2, loads: [0.5, 2], critical: 5, slow: 12 },
  full: { ours: 12, peers: 4, loads: undefined, critical: 70, slow: 30 },
} as const;

/** A request more than this is late, whoever is refused. */
const REFUSED_MS = 2 * HANDLER_MS + 20;

interface Finding {
  metric: string;
  ours: number;
  peer: number;
  unit: string;
  against: string;
  bar: { kind: 'at-least' | 'at-most'; limit: number };
  detail?: Record<string, Record<string, number>>;
}

/** What is still answered, and how fast, when more comes than can be served. */
export const admission: Topic = {
  name: 'admission',
  async run(bench) {
    const works = bench.effort === 'quick' ? WORKS.slice(0, 1) : WORKS;
    // oxlint-disable-next-line no-await-in-loop -- what is measured must not run at once
    for (const work of works) await measureWork(bench, work);
    await measureRecovery(bench);
    await measureCritical(bench);
    await measureCrowds(bench);
    await measureSlowdowns(bench);
    await measureIdleCost(bench);
  },
};

async function measureWork(bench: BenchContext, work: Work): Promise<void> {
  const plan = PLANS[bench.effort];
  process.env['WORK_BLOCKS'] = String(calibratedBlocks());
  const curves: Curve[] = [];
  for (const policy of POLICIES) {
    const seconds = policy === 'buttress' ? plan.ours : plan.peers;
    // oxlint-disable-next-line no-await-in-loop -- what is measured must not run at once
    const curve = await curveOf(policy, work, { loads: plan.loads ?? work.loads, seconds });
    curves.push(curve);
    for (const point of curve.points) bench.note(`${work.name}, ${policy}: ${textOf(point)}`);
  }
  for (const finding of findingsOf(work, curves)) reportFinding(bench, finding);
  if (bench.effort === 'quick') return;
  mkdirSync(fileURLToPath(new URL('../../docs/overload/', import.meta.url)), { recursive: true });
  drawCurves(work.name, curves);
}

function findingsOf({ name }: Work, curves: readonly Curve[]): Finding[] {
  const peak = Math.max(...curves.flatMap(({ points }) => points.map(({ goodput }) => goodput)));
  const [half, most, double, five] = [0.5, 0.8, 2, 5].map((load) => pointAt(curves[0], load));
  const findings: Finding[] = [];
  const goodput = { unit: '/s', against: 'peak of all', peer: peak } as const;
  if (double !== undefined && half !== undefined) {
    const bar = { kind: 'at-least', limit: 0.95 } as const;
    const metric = `${name}-goodput-2x`;
    findings.push(
      { metric, ours: double.goodput, ...goodput, bar, detail: atDouble(curves) },
      slowdown(name, double.p99, half.p99),
    );
  }
  if (five !== undefined) {
    const bar = { kind: 'at-least', limit: 0.85 } as const;
    findings.push({ metric: `${name}-goodput-5x`, ours: five.goodput, ...goodput, bar });
  }
  const crowded = five ?? double;
  if (name === 'cpu' && crowded !== undefined) {
    const limit = { limit: REFUSED_MS, unit: 'ms' };
    findings.push(absolute('cpu-refused-p99', crowded.refusedP99, limit));
  }
  if (most !== undefined) {
    const limit = { limit: 0.005, unit: 'of all' };
    findings.push(absolute(`${name}-refused-0.8x`, most.refused, limit));
  }
  return findings;
}

function slowdown(name: string, ours: number, peer: number): Finding {
  const bar = { kind: 'at-most', limit: 4 } as const;
  return { metric: `${name}-p99-2x`, ours, peer, unit: 'ms', against: 'half the load', bar };
}

function pointAt(curve: Curve | undefined, load: number): Point | undefined {
  return curve?.points.find((point) => point.load === load);
}

/** What each policy makes of twice the load. */
function atDouble(curves: readonly Curve[]): NonNullable<Finding['detail']> {
  const rows = curves.map((curve) => {
    const { goodput = NaN, p99 = NaN } = pointAt(curve, 2) ?? {};
    return [curve.policy, { goodput, p99 }] as const;
  });
  return Object.fromEntries(rows);
}

/** Recovered: from then on nothing is refused. */
async function measureRecovery(bench: BenchContext): Promise<void> {
  const phases = [
    { seconds: 6, perSecond: 240 },
    { seconds: 8, perSecond: 24 },
  ];
  const classes = [{ name: 'cpu', path: '/cpu', phases }];
  const load = { warmUpSeconds: 0, connections: 512, seed: 23, classes };
  const result = await withTargets([targetOf('buttress')], ([target]) =>
    offer({ ...load, port: target?.port ?? 0 }),
  );
  const afterMs = Math.max(0, (result['cpu']?.lastRefusedMs ?? NaN) - 6_000);
  reportFinding(bench, absolute('recovery-5x-to-0.5x', afterMs, { limit: 2_000, unit: 'ms' }));
}

async function measureSlowdowns(bench: BenchContext): Promise<void> {
  for (const protocol of ['h1', 'h2'] as const) {
    // oxlint-disable-next-line no-await-in-loop -- what is measured must not run at once
    const ms = await measureSlowdown(protocol, PLANS[bench.effort].slow);
    const limit = { limit: 10_000, unit: 'ms' };
    reportFinding(bench, absolute(`${protocol}-slower-10x`, ms, limit));
  }
}

/** Three times the capacity, a tenth of it critical. */
async function measureCritical(bench: BenchContext): Promise<void> {
  const seconds = PLANS[bench.effort].critical;
  const headers = { 'x-priority': 'critical' };
  const classes = [
    { name: 'critical', path: '/cpu', headers, phases: [{ seconds, perSecond: 14.4 }] },
    { name: 'others', path: '/cpu', phases: [{ seconds, perSecond: 129.6 }] },
  ];
  const load = { warmUpSeconds: 2, connections: 512, seed: 29, classes };
  const result = await withTargets([targetOf('buttress')], ([target]) =>
    offer({ ...load, port: target?.port ?? 0 }),
  );
  const { answered = NaN, ended = NaN, lost = NaN } = result['critical'] ?? {};
  bench.note(`critical: ${answered} of ${ended + lost} answered`);
  reportFinding(bench, {
    metric: 'critical-served-3x',
    ours: answered,
    peer: ended + lost,
    unit: 'requests',
    against: 'all critical ones',
    bar: { kind: 'at-least', limit: 0.999 },
  });
}

function absolute(
  metric: string,
  ours: number,
  { limit, unit }: { limit: number; unit: string },
): Finding {
  return { metric, ours, peer: limit, unit, against: 'limit', bar: { kind: 'at-most', limit: 1 } };
}

function reportFinding(bench: BenchContext, finding: Finding): void {
  const { bar, ours, peer, ...about } = finding;
  const ratio = ours / peer;
  const holds = bar.kind === 'at-least' ? ratio >= bar.limit : ratio <= bar.limit;
  bench.report({
    topic: 'admission',
    ...about,
    ours,
    peer,
    ratio: { min: ratio, median: ratio, max: ratio },
    bar: barText(bar),
    holds,
    pairs: 1,
    bound: ratio,
    verdict: holds ? 'held' : 'missed',
  });
}

function textOf({ load, goodput, p99, refused, refusedP99, lost }: Point): string {
  const refusals = `${(refused * 100).toFixed(2)} % refused (p99 ${refusedP99.toFixed(0)} ms)`;
  return `${load}x: ${goodput.toFixed(1)}/s, p99 ${p99.toFixed(0)} ms, ${refusals}, ${lost} lost`;
}
