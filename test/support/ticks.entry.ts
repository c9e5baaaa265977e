import { setTimeout as wait } from 'node:timers/promises';

import { collectGarbage } from '../../lib/common/process/collect-garbage.ts';
import { keepTicksFast } from '../../lib/common/process/fast-ticks.ts';

/** Prints the least CPU time of a tick, in nanoseconds: see fast-ticks.spec.ts. */
const TICKS = 100_000;
const ROUNDS = 5;
const NS_PER_US = 1e3;

if (process.argv.includes('keep')) keepTicksFast();
await ticks(50);
// Neither a tick nor a promise waits.
await wait(20);
if (process.argv.includes('collect')) collectGarbage();
await wait(20);
let least = Infinity;
for (let round = 0; round < ROUNDS; round++) {
  const from = process.cpuUsage();
  // oxlint-disable-next-line no-await-in-loop -- one measurement after another
  await ticks(TICKS);
  const { user, system } = process.cpuUsage(from);
  least = Math.min(least, ((user + system) * NS_PER_US) / TICKS);
}
console.log(least);

function ticks(count: number): Promise<void> {
  return new Promise((resolve) => {
    let left = count;
    const next = (): void => (--left > 0 ? process.nextTick(next) : resolve());
    process.nextTick(next);
  });
}
