import { describe, expect, it } from 'vitest';

import { PagesMemory } from '../../../../lib/cluster/replacing/pages-memory.ts';
import { FakeWorkers } from '../fake-workers.ts';

const MIB = 1 << 20;

async function startPages(): Promise<{ pages: FakeWorkers; reasons: string[] }> {
  const pages = new FakeWorkers(1);
  const reasons: string[] = [];
  const memory = new PagesMemory({
    clock: pages.clock,
    random: () => 0.5,
    onGrown: (worker, reason) => {
      reasons.push(reason);
      pages.supervisor.retire(worker, reason, { cause: 'asked' });
    },
  });
  pages.onTick(() => memory.tick(pages.supervisor.workers));
  await pages.boot();
  return { pages, reasons };
}

describe("The memory of the pages' process", () => {
  it('R43 One that keeps too much is replaced, once.', async () => {
    const { pages, reasons } = await startPages();
    pages.use(pages.at(0), { privateBytes: 100 * MIB });
    await pages.pass(1_000);
    pages.use(pages.at(0), { privateBytes: 506 * MIB });
    await pages.pass(90_000);
    expect(reasons).toEqual(['it used 506 MiB of memory, more than 256 MiB']);
  });

  it('R43 One that needs much for a moment, or what it always needs, stays.', async () => {
    const { pages, reasons } = await startPages();
    await pages.pass(60_000);
    for (let times = 0; times < 5; times++) {
      pages.use(pages.at(0), { privateBytes: 506 * MIB });
      // oxlint-disable-next-line no-await-in-loop -- one after another
      await pages.pass(9_000);
      pages.use(pages.at(0), { privateBytes: 100 * MIB, loopDelayP99Ms: 5_000 });
      // oxlint-disable-next-line no-await-in-loop -- one after another
      await pages.pass(6_000);
    }
    expect(reasons).toEqual([]);
  });

  it('R43 One that needs more than the limit at its start stays, and none follows another for ever.', async () => {
    const { pages, reasons } = await startPages();
    pages.use(pages.at(0), { privateBytes: 300 * MIB });
    await pages.pass(90_000);
    expect(reasons).toEqual([]);
    pages.use(pages.at(0), { privateBytes: 506 * MIB });
    await pages.pass(90_000);
    expect(reasons).toEqual(['it used 506 MiB of memory, more than 439 MiB']);
  });
});
