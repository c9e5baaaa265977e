import { setTimeout as sleep } from 'node:timers/promises';

import { describe, expect, it, onTestFinished } from 'vitest';

import type * as Leaky from '../../fixtures/threads/leaky.ts';
import { until } from '../../support/until.ts';

const { AppContext, LeakyWork, LogLevels, startLeaky } = (await import(
  new URL('../../fixtures/dist/threads/leaky.js', import.meta.url).href
)) as typeof Leaky;

describe('log levels', () => {
  it('R9 Levels that are set at run time count in threads, too, and go back by themselves there.', async () => {
    const app = await startLeaky();
    onTestFinished(() => app.close());
    const { reports } = app.get(AppContext);
    const work = app.get(LeakyWork);
    const levels = app.get(LogLevels);
    const records = (): number => {
      const all = reports.read('logs') as { context?: string }[];
      return all.filter(({ context }) => context === 'LeakyWork').length;
    };
    await work.logs();
    await until('the first record', () => records() === 1);
    levels.set('LeakyWork', 'error', 600_000);
    // What is set reaches a thread at the latest with the call after the next one.
    const isSilent = async (): Promise<boolean> => {
      const before = records();
      await work.logs();
      await work.logs();
      // Records come on a channel of their own.
      await sleep(100);
      return records() === before;
    };
    await until('silence', isSilent, { withinMs: 5_000, everyMs: 100 });
    levels.set('LeakyWork', 'error', 1);
    await until('records again', async () => !(await isSilent()), { withinMs: 5_000 });
    expect(records()).toBeGreaterThan(1);
  });
});
