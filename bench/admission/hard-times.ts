import type { Bar } from '../support/bar.ts';
import { comparePairs } from '../support/pairs.ts';
import { withTargets } from '../support/target.ts';
import { type BenchContext, comparedRow } from '../support/topic.ts';
import {
  bystanders,
  http1Client,
  http2Client,
  type OpenCrowd,
  type Question,
  resetStreams,
  slowBodies,
  slowReaders,
} from './crowds.ts';
import { targetOf } from './curves.ts';

/** Requests per second of those who do no harm: far from a load. */
const RATE = 100;

const PLANS = {
  quick: { seconds: 10, pairs: { batch: 1, min: 1, max: 1 } },
  full: { seconds: 20, pairs: { batch: 1, min: 3, max: 3 } },
} as const;

const BAR: Bar = { kind: 'at-least', limit: 0.99 };

/** Others who are slow or mean on the same route. */
interface Crowd {
  name: string;
  open: OpenCrowd;
  question: Question;
  client?: typeof http1Client;
  /** Of the application. */
  variant?: string;
}

const CROWDS: readonly Crowd[] = [
  { name: 'slow-bodies', open: slowBodies, question: { path: '/store', body: 'a receipt' } },
  { name: 'slow-readers', open: slowReaders, question: { path: '/large' } },
  {
    name: 'h2-resets',
    open: resetStreams,
    question: { path: '/far' },
    client: http2Client,
    variant: '-h2c',
  },
];

/**
 * What clients that do no harm get while others are slow or mean on the same route: the share of
 * their requests that is answered within a second, with admission as it is by default and without
 * any. There is room for all, so admission should refuse none of them.
 */
export async function measureCrowds(bench: BenchContext): Promise<void> {
  const plan = PLANS[bench.effort];
  for (const crowd of CROWDS) {
    // oxlint-disable-next-line no-await-in-loop -- what is measured must not run at once
    const comparison = await comparePairs({
      plan: plan.pairs,
      bar: BAR,
      random: bench.random,
      runBatch: async () => {
        const ours = await answeredBeside(crowd, 'buttress', plan.seconds);
        const peer = await answeredBeside(crowd, 'none', plan.seconds);
        bench.note(`${crowd.name}: ${ours.toFixed(4)} / ${peer.toFixed(4)} answered`);
        return [{ ours, peer }];
      },
    });
    const about = { topic: 'admission', metric: `beside-${crowd.name}`, unit: 'of all' };
    bench.report(comparedRow({ ...about, against: 'no admission' }, BAR, comparison));
  }
}

/**
 * How long anything is refused when what a route waits for gets ten times slower and stays so, in
 * milliseconds: there is room for all.
 */
export async function measureSlowdown(protocol: 'h1' | 'h2', seconds: number): Promise<number> {
  const [policy, open] =
    protocol === 'h1'
      ? (['buttress', http1Client] as const)
      : (['buttress-h2c', http2Client] as const);
  return withTarget(policy, async (port) => {
    const client = open(port);
    const question = { path: '/far' };
    await bystanders(client, question, { rate: RATE, seconds: KNOWN_AFTER_SECONDS });
    await client.ask({ path: '/far/takes?ms=500' });
    const { lastFailedMs } = await bystanders(client, question, { rate: RATE, seconds });
    client.end();
    return lastFailedMs;
  });
}

/** A route is known as it is before anything goes wrong. */
const KNOWN_AFTER_SECONDS = 3;

function answeredBeside(
  { open, question, client: openClient = http1Client, variant = '' }: Crowd,
  policy: string,
  seconds: number,
): Promise<number> {
  return withTarget(`${policy}${variant}`, async (port) => {
    const client = openClient(port);
    await bystanders(client, question, { rate: RATE, seconds: KNOWN_AFTER_SECONDS });
    const end = await open(port, question.path);
    const outcome = await bystanders(client, question, { rate: RATE, seconds });
    end();
    client.end();
    const { sent, refused, lost, stuck } = outcome;
    return (sent - refused - Math.max(lost, stuck)) / sent;
  });
}

function withTarget<T>(policy: string, use: (port: number) => Promise<T>): Promise<T> {
  return withTargets([targetOf(policy)], ([target]) => {
    if (target === undefined) throw new Error(`${policy} did not start`);
    return use(target.port);
  });
}
