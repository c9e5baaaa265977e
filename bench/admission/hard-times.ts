import type { Bar } from '../support/bar.ts';
import { comparePairs } from '../support/pairs.ts';
import { type Target, type TargetSpec, withTargets } from '../support/target.ts';
import { type BenchContext, comparedRow } from '../support/topic.ts';
import {
  bystanders,
  type Client,
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
  quick: { seconds: 4, pairs: { batch: 1, min: 1, max: 1 } },
  full: { seconds: 15, pairs: { batch: 1, min: 3, max: 3 } },
} as const;

const BAR: Bar = { kind: 'at-least', limit: 0.99 };

/** What goes wrong beside them, on the same route. */
interface Trouble {
  metric: string;
  question: Question;
  client: (port: number) => Client;
  /** @default the policy's own */
  variant?: 'h2c';
  /** Resolves when it goes wrong, with what ends it. */
  begin: (port: number, client: Client) => Promise<() => void>;
}

const TROUBLES: readonly Trouble[] = [
  crowd('slow-bodies', slowBodies, { path: '/store', body: 'a receipt' }),
  crowd('slow-readers', slowReaders, { path: '/large' }),
  { ...crowd('h2-resets', resetStreams, { path: '/far' }), client: http2Client, variant: 'h2c' },
  { ...slowing('far-10x-slower'), client: http1Client },
  { ...slowing('h2-far-10x-slower'), client: http2Client, variant: 'h2c' },
];

/**
 * Answered requests of clients that do no harm, while others are slow or mean on the same route or
 * what it waits for gets ten times slower: with admission as it is by default, against none. None
 * refuses nobody; as long as there is room for all, admission should not either.
 */
export async function measureHardTimes(bench: BenchContext): Promise<void> {
  const plan = PLANS[bench.effort];
  for (const trouble of TROUBLES) {
    // oxlint-disable-next-line no-await-in-loop -- what is measured must not run at once
    const comparison = await comparePairs({
      plan: plan.pairs,
      bar: BAR,
      random: bench.random,
      runBatch: async () => {
        const ours = await answeredShare('buttress', trouble, plan.seconds);
        const peer = await answeredShare('none', trouble, plan.seconds);
        bench.note(`${trouble.metric}: ${ours.toFixed(4)} / ${peer.toFixed(4)} answered`);
        return [{ ours, peer }];
      },
    });
    const about = { topic: 'admission', metric: trouble.metric, unit: 'of all' };
    bench.report(comparedRow({ ...about, against: 'no admission' }, BAR, comparison));
  }
}

function answeredShare(policy: string, trouble: Trouble, seconds: number): Promise<number> {
  const { question, client: open, variant, begin } = trouble;
  const spec: TargetSpec = targetOf(variant === undefined ? policy : `${policy}-${variant}`);
  return withTargets([spec], async ([target]) => {
    const { port } = target as Target;
    const client = open(port);
    // Each route has to be known as it is before it goes wrong.
    await bystanders(client, question, { rate: RATE, seconds: 3 });
    const end = await begin(port, client);
    const { sent, refused, lost, stuck } = await bystanders(client, question, {
      rate: RATE,
      seconds,
    });
    end();
    client.end();
    return (sent - refused - Math.max(lost, stuck)) / sent;
  });
}

function crowd(metric: string, open: OpenCrowd, question: Question): Trouble {
  return { metric, question, client: http1Client, begin: (port) => open(port, question.path) };
}

function slowing(metric: string): Omit<Trouble, 'client'> {
  return { metric, question: { path: '/far' }, begin: slowDown };
}

/** What `/far` waits for gets ten times slower: half a second, with room for all. */
async function slowDown(_port: number, { ask }: Client): Promise<() => void> {
  await ask({ path: '/far/takes?ms=500' });
  return () => undefined;
}
