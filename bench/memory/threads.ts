import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import type { BenchContext } from '../support/topic.ts';
import { type Measured, memoryRow } from './memory-row.ts';
import { privateMb } from './private-memory.ts';

interface ThreadKind {
  name: string;
  /** Module of a process that starts the thread when it is told. */
  main: string;
  limit: number;
}

const KINDS: readonly ThreadKind[] = [
  { name: 'pool-thread', main: './apps/dist/threads.main.js', limit: 30 },
  { name: 'sentinel', main: './sentinel.entry.ts', limit: 5 },
];

/** As a worker has it: each thread of the process would begin with as much. */
const EXEC_ARGV = ['--min-semi-space-size=16', '--expose-gc'];

/** Threads give back memory when they are idle for 5 s. */
const SETTLE_MS = 8_000;

const STARTS = { quick: 1, full: 5 } as const;

/** Private memory of a process before it has a thread, with an idle one, and after load. */
type Reading = Record<'before' | 'idle' | 'loaded', number>;

/** What a pool thread and a sentinel add to the private memory of a worker. */
export async function measureThreads({ effort, note, report }: BenchContext): Promise<void> {
  for (const { name, main, limit } of KINDS) {
    const readings: Reading[] = [];
    while (readings.length < STARTS[effort]) {
      // oxlint-disable-next-line no-await-in-loop -- one start after another
      const reading = await measureStart(fileURLToPath(new URL(main, import.meta.url)));
      readings.push(reading);
      note(`${name}: ${text(reading)}`);
    }
    for (const when of ['idle', 'loaded'] as const) {
      const starts = readings.map(({ before, [when]: ours }): Measured => ({ ours, peer: before }));
      report(memoryRow(`${name}-${when}`, 'without the thread', { limit, starts }));
    }
  }
}

async function measureStart(main: string): Promise<Reading> {
  const child = fork(main, { execArgv: EXEC_ARGV });
  try {
    await once(child, 'message');
    return {
      before: await memoryAfter(child, 'prepare'),
      idle: await memoryAfter(child, 'start'),
      loaded: await memoryAfter(child, 'load'),
    };
  } finally {
    child.kill('SIGKILL');
  }
}

async function memoryAfter(child: ChildProcess, step: string): Promise<number> {
  await carryOut(child, step);
  await wait(SETTLE_MS);
  // Its main thread has the same in each reading.
  await carryOut(child, 'collect');
  return privateMb(child.pid ?? 0);
}

async function carryOut(child: ChildProcess, step: string): Promise<void> {
  const done = once(child, 'message');
  child.send(step);
  await done;
}

function text(reading: Reading): string {
  return Object.entries(reading)
    .map(([when, mb]) => `${when} ${mb.toFixed(1)}`)
    .join(', ');
}
