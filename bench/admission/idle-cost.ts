import { freePort } from '../../test/support/free-port.ts';
import { ArrivalClock } from '../support/arrival-clock.ts';
import type { Bar } from '../support/bar.ts';
import { KeptConnections } from '../support/kept-connections.ts';
import { LatencyRecord } from '../support/latency-record.ts';
import { comparePairs, inTurn, type Pair } from '../support/pairs.ts';
import { type Target, withTargets } from '../support/target.ts';
import { type BenchContext, comparedRow } from '../support/topic.ts';
import { targetOf } from './curves.ts';

const BAR: Bar = { kind: 'at-most', limit: 1.03 };

/** Requests per second: far from a load. */
const RATE = 4_000;

/** Short, because the machine's speed changes from second to second. */
const SLICE_SECONDS = 0.25;

const CONNECTIONS = 32;

const PLANS = {
  quick: { batch: 8, min: 16, max: 16 },
  full: { batch: 60, min: 240, max: 480 },
} as const;

const MICROSECONDS_PER_SECOND = 1e6;

/** Slices until the code is compiled: some 30,000 requests to each. */
const WARM_UP = 30;

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
    const loads = await Promise.all(ports.map((port) => SteadyLoad.open(port)));
    const pairs: Pair[] = [];
    // Some more than are counted, to warm up.
    for (let pair = -WARM_UP; pair < count; pair++) {
      // oxlint-disable-next-line no-await-in-loop -- what is measured must not run at once
      const [ours = NaN, peer = NaN] = await inTurn(loads, first + pair + WARM_UP, (load) =>
        cpuTime(target, load),
      );
      if (pair >= 0) pairs.push({ ours, peer });
    }
    for (const load of loads) load.end();
    return pairs;
  });
}

/** Microseconds per request. */
async function cpuTime(target: Target, load: SteadyLoad): Promise<number> {
  const before = target.cpuSeconds();
  const requests = await load.run();
  return ((target.cpuSeconds() - before) * MICROSECONDS_PER_SECOND) / requests;
}

/** Requests to one application, evenly spaced, on connections that stay. */
class SteadyLoad {
  readonly #record: LatencyRecord;
  readonly #client: KeptConnections;

  private constructor(record: LatencyRecord, client: KeptConnections) {
    this.#record = record;
    this.#client = client;
  }

  static async open(port: number): Promise<SteadyLoad> {
    const record = new LatencyRecord();
    const target = { port, path: '/light' };
    return new SteadyLoad(record, await KeptConnections.open(target, record, CONNECTIONS));
  }

  /** One slice. Returns how many requests it had. @throws Error when one was not answered well */
  async run(): Promise<number> {
    const count = RATE * SLICE_SECONDS;
    const arrivals = new ArrivalClock({ rate: RATE, count });
    await arrivals.run((dueAt) => this.#client.request(dueAt));
    await this.#record.settled();
    const { refused, lost } = this.#record.summary();
    if (refused + lost > 0) throw new Error(`${refused + lost} requests failed`);
    return count;
  }

  end(): void {
    this.#client.destroy();
  }
}
