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

/** All at once, or nearly. */
const BURST_RATE = 1_000_000;

/** Short, because the machine's speed changes twice a second, and many, because of its noise. */
const SLICE_SECONDS = 0.05;

const CONNECTIONS = 32;

const PLANS = {
  quick: { batch: 40, min: 80, max: 80 },
  full: { batch: 300, min: 1_200, max: 4_800 },
} as const;

const MICROSECONDS_PER_SECOND = 1e6;

/** Bursts until the code is compiled, that for busy times too: some 30,000 requests to each. */
const BURSTS = 150;

/** Slices after them that are not counted: bursts are a load, from which the service recovers. */
const SETTLING = 60;

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
    await warmUp(loads);
    const pairs: Pair[] = [];
    for (let pair = 0; pair < count; pair++) {
      // oxlint-disable-next-line no-await-in-loop -- what is measured must not run at once
      const [ours = NaN, peer = NaN] = await inTurn(loads, first + pair, (load) =>
        cpuTime(target, load),
      );
      pairs.push({ ours, peer });
    }
    for (const load of loads) load.end();
    return pairs;
  });
}

async function warmUp(loads: readonly SteadyLoad[]): Promise<void> {
  for (let slice = 0; slice < BURSTS + SETTLING; slice++) {
    const rate = slice < BURSTS ? BURST_RATE : RATE;
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    await inTurn(loads, slice, (load) => load.offer(rate));
  }
}

/** Microseconds per request. */
async function cpuTime(target: Target, load: SteadyLoad): Promise<number> {
  const before = target.cpuSeconds();
  const requests = await load.run();
  return ((target.cpuSeconds() - before) * MICROSECONDS_PER_SECOND) / requests;
}

/** Requests to one application, evenly spaced, on connections that stay. */
class SteadyLoad {
  readonly #client: KeptConnections;

  private constructor(client: KeptConnections) {
    this.#client = client;
  }

  static async open(port: number): Promise<SteadyLoad> {
    const target = { port, path: '/light' };
    return new SteadyLoad(await KeptConnections.open(target, CONNECTIONS));
  }

  /** One slice. Returns how many requests it had. @throws Error when one was not answered well */
  async run(): Promise<number> {
    const { sent, refused, lost } = await this.offer(RATE);
    if (refused + lost > 0) throw new Error(`${refused + lost} requests failed`);
    return sent;
  }

  end(): void {
    this.#client.destroy();
  }

  /** The requests of one slice at another rate; some may be refused. */
  async offer(rate: number): Promise<ReturnType<LatencyRecord['summary']>> {
    const record = new LatencyRecord();
    const arrivals = new ArrivalClock({ rate, count: RATE * SLICE_SECONDS });
    await arrivals.run((dueAt) => this.#client.request(dueAt, record));
    await record.settled();
    return record.summary();
  }
}
