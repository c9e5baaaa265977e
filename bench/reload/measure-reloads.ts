import { setTimeout as wait } from 'node:timers/promises';

import { OpenLoad, type OpenLoadSpec, type OpenLoopResult } from '../support/open-loop.ts';
import { privateBytesOf, processTree } from '../support/process-tree.ts';
import { type Target, withTargets } from '../support/target.ts';

export interface ReloadsSpec {
  name: string;
  /** Module of the primary, which reloads when it gets a message. */
  main: string;
  workers: number;
  /** Reloads, one after another. */
  count: number;
  note: (text: string) => void;
}

/** One reload under load. */
export interface Reloaded {
  tookMs: number;
  sent: number;
  lost: number;
  refused: number;
  longestMs: number;
  /** Private memory of all processes: before, and most during the reload. */
  usualMib: number;
  peakMib: number;
  /** Mean of the workers before. */
  workerMib: number;
}

const MIB = 1 << 20;

/** A light load: over connections that stay, and over a new one for each request. */
const LOADS: readonly Pick<OpenLoadSpec, 'rate' | 'connections'>[] = [
  { rate: 100, connections: 16 },
  { rate: 50, connections: 'close' },
];

/** Load before a reload, and after it. */
const AROUND_MS = 1_000;

const SAMPLE_EVERY_MS = 50;

/** Rest between two reloads: old workers have ended, new ones are warm. */
const REST_MS = 3_000;

/** Reloads a group again and again, each time under a light load. */
export function measureReloads({
  name,
  main,
  workers,
  count,
  note,
}: ReloadsSpec): Promise<Reloaded[]> {
  return withTargets([{ name, main, workers }], async ([target]) => {
    if (target === undefined) throw new Error('nothing was started');
    const all: Reloaded[] = [];
    while (all.length < count) {
      // oxlint-disable no-await-in-loop -- one after another
      await wait(REST_MS);
      const one = await measureOne(target, workers);
      note(`${name}: ${one.tookMs} ms, ${one.lost} lost, ${one.refused} refused of ${one.sent}`);
      all.push(one);
      // oxlint-enable no-await-in-loop
    }
    return all;
  });
}

async function measureOne(target: Target, workers: number): Promise<Reloaded> {
  const { pid } = target;
  const usual = privateBytesOf(processTree(pid));
  const usualOfWorkers = privateBytesOf(processTree(pid).slice(1));
  const over = new AbortController();
  const load = Promise.all(LOADS.map((kind) => loadUntil(over.signal, target, kind)));
  await wait(AROUND_MS);
  const memory = watchMemory(pid);
  const tookMs = await reloadOnce(target);
  const peak = memory.stop();
  await wait(AROUND_MS);
  over.abort();
  const results = (await load).flat();
  const sum = (pick: (one: OpenLoopResult) => number): number => {
    return results.reduce((total, one) => total + pick(one), 0);
  };
  return {
    tookMs,
    sent: sum(({ sent }) => sent),
    lost: sum(({ lost }) => lost),
    refused: sum(({ refused }) => refused),
    longestMs: Math.max(...results.map(({ max }) => max)),
    usualMib: usual / MIB,
    peakMib: peak / MIB,
    workerMib: usualOfWorkers / MIB / workers,
  };
}

async function loadUntil(
  over: AbortSignal,
  { port }: Target,
  kind: Pick<OpenLoadSpec, 'rate' | 'connections'>,
): Promise<OpenLoopResult[]> {
  const load = await OpenLoad.open({ port, path: '/hello', ...kind });
  const results: OpenLoopResult[] = [];
  // oxlint-disable-next-line no-await-in-loop -- one second after another
  while (!over.aborted) results.push(await load.run(1));
  await load.close();
  return results;
}

/** @throws Error when the reload fails */
async function reloadOnce(target: Target): Promise<number> {
  const answer = (await target.ask('reload')) as { tookMs: number } | { failure: string };
  if ('failure' in answer) throw new Error(answer.failure);
  return answer.tookMs;
}

/** Samples the memory of a process and its descendants; `stop` returns the most. */
function watchMemory(pid: number): { stop: () => number } {
  let most = 0;
  const timer = setInterval(() => {
    most = Math.max(most, privateBytesOf(processTree(pid)));
  }, SAMPLE_EVERY_MS);
  return {
    stop: () => {
      clearInterval(timer);
      return most;
    },
  };
}
