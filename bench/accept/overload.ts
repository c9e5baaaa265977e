import { type Bar, barText } from '../support/bar.ts';
import { closedLoop } from '../support/closed-loop.ts';
import { openLoop, type OpenLoopResult } from '../support/open-loop.ts';
import { inTurn } from '../support/pairs.ts';
import { median, spread } from '../support/statistics.ts';
import { type Target, withTargets } from '../support/target.ts';
import type { BenchContext, Row } from '../support/topic.ts';
import { target } from './targets.ts';

/** One, so that the generator and the primary have a core, as on a larger machine. */
const WORKERS = 1;

/** A handler of 5 ms that leaves the core to others, as synchronous I/O does. */
const PATH = '/block?ms=5';

/** Clients while the peak is measured. */
const CLIENTS = 16;

const FACTORS = [5, 10] as const;

/** Goodput is a share of the peak; the rest is in milliseconds. */
const GOODPUT_BARS: Record<(typeof FACTORS)[number], Bar> = {
  5: { kind: 'at-least', limit: 0.97 },
  10: { kind: 'at-least', limit: 0.95 },
};
const SERVED_BAR: Bar = { kind: 'at-most', limit: 150 };
const REFUSED_BAR: Bar = { kind: 'at-most', limit: 60 };

const PLANS: Record<BenchContext['effort'], { rounds: number; seconds: number }> = {
  quick: { rounds: 2, seconds: 3 },
  full: { rounds: 5, seconds: 10 },
};

/** The peak just before, and the same service under several times as many new connections. */
interface Round {
  peak: number;
  results: OpenLoopResult[];
}

/** New connections at several times the peak: goodput, and the waits of served and refused clients. */
export async function overload(context: BenchContext): Promise<void> {
  const { rounds: count, seconds } = PLANS[context.effort];
  const rounds = await withTargets([target('buttress', WORKERS)], async ([one]) => {
    if (one === undefined) throw new Error('the target did not start');
    await peakOf(one, seconds);
    const all: Round[] = [];
    for (let round = 0; round < count; round++) {
      // oxlint-disable-next-line no-await-in-loop -- what is measured must not run at once
      const peak = await peakOf(one, seconds);
      // oxlint-disable-next-line no-await-in-loop -- what is measured must not run at once
      const results = await inTurn(FACTORS, round, (factor) => {
        return openLoop({
          port: one.port,
          path: PATH,
          rate: Math.round(factor * peak),
          seconds,
          connections: 'close',
        });
      });
      all.push({ peak, results });
      const texts = results.map((result) => textOf(result, seconds, peak));
      context.note(`overload, round ${round + 1}: peak ${peak.toFixed(0)}/s; ${texts.join('; ')}`);
    }
    return all;
  });
  reportAll(context, rounds, seconds);
}

function reportAll(context: BenchContext, rounds: readonly Round[], seconds: number): void {
  for (const [index, factor] of FACTORS.entries()) {
    const at = rounds.flatMap(({ peak, results }) => {
      const result = results[index];
      return result === undefined ? [] : [{ peak, result }];
    });
    const share = at.map(({ peak, result }) => goodput(result, seconds) / peak);
    const name = `overload-${factor}x`;
    reportRow(
      context,
      { metric: `${name}-goodput`, unit: 'of the peak' },
      GOODPUT_BARS[factor],
      share,
    );
    const served = at.map(({ result }) => result.servedP99);
    reportRow(context, { metric: `${name}-served-p99`, unit: 'ms' }, SERVED_BAR, served);
    const refused = at.map(({ result }) => result.refusedP99);
    reportRow(context, { metric: `${name}-refused-p99`, unit: 'ms' }, REFUSED_BAR, refused);
  }
}

async function peakOf(one: Target, seconds: number): Promise<number> {
  const load = { connections: CLIENTS, seconds, connection: 'close' } as const;
  const { perSecond, failed } = await closedLoop({ url: one.url(PATH), ...load });
  // Some of these clients are refused, too.
  return perSecond - failed / seconds;
}

function goodput({ answered, refused }: OpenLoopResult, seconds: number): number {
  return (answered - refused) / seconds;
}

function textOf(result: OpenLoopResult, seconds: number, peak: number): string {
  const { servedP99, refusedP99, lost, generatorLag } = result;
  const share = (100 * goodput(result, seconds)) / peak;
  return (
    `goodput ${share.toFixed(1)} %, served p99 ${servedP99.toFixed(0)} ms, ` +
    `refused p99 ${refusedP99.toFixed(0)} ms, ${lost} lost, generator ${generatorLag.toFixed(0)} ms late`
  );
}

/** Medians over the rounds against a limit of their own. */
function reportRow(
  { report }: BenchContext,
  about: Pick<Row, 'metric' | 'unit'>,
  bar: Bar,
  values: readonly number[],
): void {
  const ours = median(values);
  const holds = bar.kind === 'at-least' ? ours >= bar.limit : ours <= bar.limit;
  report({
    topic: 'accept',
    ...about,
    against: 'limit',
    ours,
    peer: bar.limit,
    ratio: spread(values.map((value) => value / bar.limit)),
    bar: `ours ${barText(bar)}`,
    holds,
    pairs: values.length,
    bound: ours,
    verdict: holds ? 'held' : 'missed',
  });
}
