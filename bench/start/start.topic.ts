import type { Bar } from '../support/bar.ts';
import { compare, type Comparison, inTurn, type Pair } from '../support/pairs.ts';
import { type BenchContext, comparedRow, type Topic } from '../support/topic.ts';
import { type Application, makePlaces, type Places, sample, small } from './applications.ts';
import { type StartTimes, timedStart } from './timed-start.ts';

const WORKERS = [1, 2, 4] as const;

/** The sample's, and told for the others too. */
const FIRST_ANSWER: Bar = { kind: 'at-most', limit: 1.25 };
const ALL_READY: Bar = { kind: 'at-most', limit: 1.2 };

/** Rounds are added up to `most` while they leave a question open. */
const PLANS = {
  quick: { least: 2, most: 2 },
  full: { least: 11, most: 31 },
} as const;

interface Case {
  application: Application;
  workers: number;
}

/**
 * Time from the start of the first process to the first answer 200, beside one process of plain
 * Node, and until all workers are READY, beside Node's cluster. What is started is ended again
 * before the next one starts.
 */
export const start: Topic = {
  name: 'start',
  async run(context) {
    const places = makePlaces();
    try {
      for (const one of cases(places)) {
        // oxlint-disable-next-line no-await-in-loop -- what is measured must not run at once
        await measure(context, one);
      }
    } finally {
      places.remove();
    }
  },
};

function cases(places: Places): Case[] {
  const application = sample(places);
  return [
    ...WORKERS.map((workers): Case => ({ application, workers })),
    { application: small(places), workers: 2 },
  ];
}

async function measure(context: BenchContext, one: Case): Promise<void> {
  const { effort, note, random, report } = context;
  const { application, workers } = one;
  const programs = [
    application.ours(workers),
    application.plain(workers),
    application.cluster(workers),
  ];
  const plan = PLANS[effort];
  const rounds: StartTimes[][] = [];
  const judge = (): Comparison[] => [
    compare(pairsOf(rounds, 1, 'firstAnswer'), { bar: FIRST_ANSWER, random }),
    compare(pairsOf(rounds, 2, 'allReady'), { bar: ALL_READY, random }),
  ];
  // Once unmeasured, so that the system has read the files.
  for (const program of programs) {
    // oxlint-disable-next-line no-await-in-loop -- what is measured must not run at once
    await timedStart(program);
  }
  const name = `${application.name}, ${workers}`;
  while (rounds.length < plan.least || (rounds.length < plan.most && isOpen(judge()))) {
    // oxlint-disable-next-line no-await-in-loop -- what is measured must not run at once
    const times = await inTurn(programs, rounds.length, (program) => timedStart(program));
    rounds.push(times);
    note(`${name}, round ${rounds.length}: ${times.map(timesText).join(', ')}`);
  }
  const [first, all] = judge();
  const about = { topic: 'start', unit: 'ms' };
  if (first === undefined || all === undefined) return;
  report(
    comparedRow(
      { ...about, metric: `first-200: ${name}`, against: 'plain Node' },
      FIRST_ANSWER,
      first,
    ),
  );
  report(
    comparedRow({ ...about, metric: `all-ready: ${name}`, against: 'cluster' }, ALL_READY, all),
  );
}

function pairsOf(rounds: readonly StartTimes[][], peer: number, figure: keyof StartTimes): Pair[] {
  return rounds.map((times) => ({
    ours: times[0]?.[figure] ?? NaN,
    peer: times[peer]?.[figure] ?? NaN,
  }));
}

function isOpen(comparisons: readonly Comparison[]): boolean {
  return comparisons.some(({ verdict }) => verdict === 'inconclusive');
}

function timesText({ firstAnswer, allReady }: StartTimes): string {
  return `${firstAnswer.toFixed(0)}/${allReady.toFixed(0)} ms`;
}
