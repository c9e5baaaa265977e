import { setTimeout as wait } from 'node:timers/promises';

import { openLoop } from '../support/open-loop.ts';
import { type Target, withTargets } from '../support/target.ts';
import type { BenchContext } from '../support/topic.ts';
import { memoryRow } from './memory-row.ts';
import { memoryTarget, SETTLE_MS, STARTS } from './memory-targets.ts';
import { type GroupMemory, groupMemory, privateMb } from './private-memory.ts';

/** Limits in MB. */
const LIMITS = { worker: 20, primary: 25, meta: 40 } as const;

const LOAD = { path: '/hello', rate: 2_000, seconds: 10, connections: 32 } as const;

type When = 'idle' | 'loaded';

interface Reading {
  plain: number;
  group: GroupMemory;
}

/** Private memory of a small service's processes, with everything on, when idle and after load. */
export async function measureProcesses({ effort, note, report }: BenchContext): Promise<void> {
  const readings: Record<When, Reading[]> = { idle: [], loaded: [] };
  while (readings.loaded.length < STARTS[effort]) {
    const targets = [memoryTarget('plain', 1), memoryTarget('everything', 1)];
    // oxlint-disable-next-line no-await-in-loop -- one start after another
    const { idle, loaded } = await withTargets(targets, ([plain, group]) => {
      if (plain === undefined || group === undefined) throw new Error('nothing was started');
      return readIdleAndLoaded(plain, group);
    });
    readings.idle.push(idle);
    readings.loaded.push(loaded);
    note(`idle ${text(idle)}; loaded ${text(loaded)}`);
  }
  for (const when of ['idle', 'loaded'] as const) {
    const all = readings[when];
    for (const name of ['worker', 'primary', 'meta'] as const) {
      const starts = all.map(({ plain, group }) => {
        return { ours: group[name], peer: name === 'worker' ? plain : 0 };
      });
      const against = name === 'worker' ? 'Nest on Fastify' : 'limit';
      report(memoryRow(`${name}-${when}`, against, { limit: LIMITS[name], starts }));
    }
  }
}

async function readIdleAndLoaded(plain: Target, group: Target): Promise<Record<When, Reading>> {
  const idle = await settled(plain, group);
  await openLoop({ ...LOAD, port: plain.port });
  await openLoop({ ...LOAD, port: group.port });
  return { idle, loaded: await settled(plain, group) };
}

async function settled(plain: Target, group: Target): Promise<Reading> {
  await wait(SETTLE_MS);
  return { plain: privateMb(plain.pid), group: await groupMemory(group) };
}

function text({ plain, group }: Reading): string {
  const figures = { plain, worker: group.worker, primary: group.primary, meta: group.meta };
  return Object.entries(figures)
    .map(([name, mb]) => `${name} ${mb.toFixed(1)}`)
    .join(', ');
}
