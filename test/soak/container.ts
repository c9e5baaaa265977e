import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';

import { freePort } from '../support/free-port.ts';
import { until } from '../support/until.ts';
import { LightLoad } from './light-load.ts';
import { SampleInCgroup } from './sample-in-cgroup.ts';

/** The sample under a light load, in a container's limit of memory. */

const MIB = 1 << 20;
const SAMPLE_EVERY_MS = 2_000;
const TELL_EVERY_MS = 600_000;

/** A busy machine starts it slowly. */
const START = { withinMs: 600_000, everyMs: 500 };

const { values } = parseArgs({
  args: process.argv.slice(2),
  options: {
    minutes: { type: 'string', default: '10' },
    workers: { type: 'string', default: '2' },
    'limit-mb': { type: 'string', default: '512' },
    rate: { type: 'string', default: '20' },
  },
});
// The sample ends with this process, in whatever way that ends.
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));
process.exitCode = await serve({
  minutes: Number(values.minutes),
  workers: Number(values.workers),
  limitMb: Number(values['limit-mb']),
  rate: Number(values.rate),
});

interface Terms {
  minutes: number;
  workers: number;
  limitMb: number;
  /** Requests per second. */
  rate: number;
}

/** 0 when every request was answered well and no worker ended before the end, else 1. */
async function serve({ minutes, workers, limitMb, rate }: Terms): Promise<0 | 1> {
  const [port, metaPort] = [await freePort(), await freePort()];
  const sample = new SampleInCgroup({ workers, limitBytes: limitMb * MIB, port, metaPort });
  await until('all workers READY', () => sample.areAllReady(), START).catch((error: unknown) => {
    console.error(sample.lines.join('\n'));
    throw error;
  });
  const load = new LightLoad(port);
  const endsAt = Date.now() + minutes * 60_000;
  const isOver = (): boolean => Date.now() >= endsAt;
  const figures = { atReady: sample.cgroup.anonymousBytes, most: 0 };
  const tell = (): void => print({ minutes, workers, limitMb, rate }, { sample, load, figures });
  await Promise.all([load.run(rate, isOver), observe(sample, figures, isOver, tell)]);
  tell();
  const isWell = sample.ends.size === 0 && sample.cgroup.kills === 0 && areGood(load);
  const code = await sample.end();
  console.log(`exit code ${code}; ${isWell && code === 0 ? 'holds' : 'MISSED'}`);
  return isWell && code === 0 ? 0 : 1;
}

/** Memory of the processes themselves, in bytes. */
interface Figures {
  atReady: number;
  most: number;
}

async function observe(
  { cgroup }: SampleInCgroup,
  figures: Figures,
  isOver: () => boolean,
  tell: () => void,
): Promise<void> {
  let toldAt = Date.now();
  while (!isOver()) {
    // oxlint-disable-next-line no-await-in-loop -- one sample after another
    await sleep(SAMPLE_EVERY_MS);
    figures.most = Math.max(figures.most, cgroup.anonymousBytes);
    if (Date.now() - toldAt < TELL_EVERY_MS) continue;
    toldAt = Date.now();
    tell();
  }
}

function areGood({ tally }: LightLoad): boolean {
  return [...tally.values()].every(({ answers }) =>
    [...answers.keys()].every((one) => one === 200 || one === 201),
  );
}

function print(
  terms: Terms,
  { sample, load, figures }: { sample: SampleInCgroup; load: LightLoad; figures: Figures },
): void {
  const { cgroup, ends } = sample;
  const answers = [...load.tally].map(([route, { answers: of, longestMs }]) => {
    return [route, { ...Object.fromEntries(of), 'longest ms': Math.round(longestMs) }];
  });
  const memory = {
    'at READY': mib(figures.atReady),
    most: mib(figures.most),
    'peak with files': mib(cgroup.peakBytes),
    'at the limit': cgroup.failures,
    'killed by the kernel': cgroup.kills,
  };
  console.log(JSON.stringify({ at: new Date().toISOString(), ...terms }));
  console.log('answers', JSON.stringify(Object.fromEntries(answers)));
  console.log('memory, MiB', JSON.stringify(memory));
  console.log('workers', JSON.stringify(Object.fromEntries(ends)));
}

function mib(bytes: number): number {
  return Math.round(bytes / MIB);
}
