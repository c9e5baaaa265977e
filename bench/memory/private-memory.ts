import { readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';

import { processTree } from '../support/process-tree.ts';
import type { Target } from '../support/target.ts';

const KIB = 1_024;
const MB = 1e6;

const ASK_EVERY_MS = 200;

/** Private memory of the processes of a group, in MB. */
export interface GroupMemory {
  primary: number;
  meta: number;
  /** Of all workers, on average. */
  worker: number;
  all: number;
}

/**
 * Memory of a process that no other one shares, in MB. Linux: reads /proc. RSS would count the
 * pages of files too, of which all processes have one copy.
 */
export function privateMb(pid: number): number {
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'latin1');
  const kib = ['Private_Clean', 'Private_Dirty'].map((name) => {
    return Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(rollup)?.[1]);
  });
  return kib.reduce((sum, one) => sum + (one * KIB) / MB, 0);
}

/** Reads the memory of a group with pages. @throws Error if its processes are not all there */
export async function groupMemory({ pid, metaPort }: Target): Promise<GroupMemory> {
  const workers = (await workersOf(metaPort)).map((one) => one.pid);
  const others = processTree(pid).filter((one) => one !== pid && !workers.includes(one));
  const [meta] = others;
  if (meta === undefined || others.length > 1) throw new Error('the meta process is not alone');
  const memory = { primary: privateMb(pid), meta: privateMb(meta) };
  const inWorkers = workers.reduce((sum, one) => sum + privateMb(one), 0);
  return {
    ...memory,
    worker: inWorkers / workers.length,
    all: memory.primary + memory.meta + inWorkers,
  };
}

/** Resolves when all workers of a group are READY. */
export async function allReady(
  { metaPort }: Pick<Target, 'metaPort'>,
  count: number,
): Promise<void> {
  const ready = (await workersOf(metaPort)).filter(({ state }) => state === 'READY');
  if (ready.length === count) return;
  await wait(ASK_EVERY_MS);
  return allReady({ metaPort }, count);
}

async function workersOf(metaPort: number): Promise<{ pid: number; state: string }[]> {
  const answer = await fetch(`http://127.0.0.1:${metaPort}/api/v1/workers`);
  // The pages may still start.
  if (!answer.ok) return [];
  return ((await answer.json()) as { data: { pid: number; state: string }[] }).data;
}
