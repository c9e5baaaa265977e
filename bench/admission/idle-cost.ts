import { freePort } from '../../test/support/free-port.ts';
import type { Bar } from '../support/bar.ts';
import { openLoop } from '../support/open-loop.ts';
import { comparePairs, inTurn, type Pair } from '../support/pairs.ts';
import { type Target, withTargets } from '../support/target.ts';
import { type BenchContext, comparedRow } from '../support/topic.ts';
import { targetOf } from './curves.ts';

const BAR: Bar = { kind: 'at-most', limit: 1.03 };

/** Requests per second: far from a load. */
const RATE = 4_000;

const SLICE_SECONDS = 1;

const CONNECTIONS = 32;

const PLANS = {
  quick: { batch: 4, min: 4, max: 4 },
  full: { batch: 10, min: 40, max: 120 },
} as const;

const MICROSECONDS_PER_SECOND = 1e6;

/**
 * CPU time per request with and without admission. Both applications run in one process, one after
 * the other: two processes of the same code differ by more than admission costs.
 */
export async function measureIdleCost(bench: BenchContext): Promise<void> {
  const { effort, random, note, report } = bench;
  const comparison = await comparePairs({
    plan: PLANS[effort],
    bar: BAR,
    random,
    runBatch: async (count, first) => {
      const pairs = await measurePairs(count, first);
      for (const { ours, peer } of pairs) note(`idle: ${ours.toFixed(2)} / ${peer.toFixed(2)} µs`);
      return pairs;
    },
  });
  const about = { topic: 'admission', metric: 'idle-cpu-per-request', unit: 'µs' };
  report(comparedRow({ ...about, against: 'no admission' }, BAR, comparison));
}

/** In turn it is the first application and the second one that has admission. */
async function measurePairs(count: number, first: number): Promise<Pair[]> {
  const withAdmission = Math.floor(first / count) % 2;
  const secondPort = await freePort();
  process.env['SECOND_PORT'] = String(secondPort);
  process.env['WITH_ADMISSION'] = String(withAdmission);
  return withTargets([targetOf('pair')], async ([target]) => {
    if (target === undefined) return [];
    const ports = [target.port, secondPort];
    if (withAdmission === 1) ports.reverse();
    const pairs: Pair[] = [];
    // One more than is counted, to warm up.
    for (let pair = -1; pair < count; pair++) {
      // oxlint-disable-next-line no-await-in-loop -- what is measured must not run at once
      const [ours = NaN, peer = NaN] = await inTurn(ports, first + pair + 1, (port) =>
        cpuTime(target, port),
      );
      if (pair >= 0) pairs.push({ ours, peer });
    }
    return pairs;
  });
}

/** Microseconds per request. @throws Error when one was not answered well */
async function cpuTime(target: Target, port: number): Promise<number> {
  let before = NaN;
  const load = { port, path: '/light', rate: RATE, seconds: SLICE_SECONDS };
  const { sent, refused, lost } = await openLoop({ ...load, connections: CONNECTIONS }, () => {
    before = target.cpuSeconds();
  });
  if (refused + lost > 0) throw new Error(`${refused + lost} requests failed`);
  return ((target.cpuSeconds() - before) * MICROSECONDS_PER_SECOND) / sent;
}
