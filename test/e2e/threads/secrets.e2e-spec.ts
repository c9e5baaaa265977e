import { describe, expect, it, onTestFinished } from 'vitest';

import type * as Leaky from '../../fixtures/threads/leaky.ts';
import { until } from '../../support/until.ts';
import { rejectionOf } from '../../support/work-app.ts';

const { AppContext, LeakyWork, log, startLeaky } = (await import(
  new URL('../../fixtures/dist/threads/leaky.js', import.meta.url).href
)) as typeof Leaky;

interface Written {
  msg?: string;
  context?: string;
}

describe('secrets in threads', () => {
  it('R16 What a thread logs, and what it fails with, brings no secret into the log.', async () => {
    const app = await startLeaky();
    onTestFinished(() => app.close());
    const { reports } = app.get(AppContext);
    const work = app.get(LeakyWork);
    await work.logs();
    const error = await rejectionOf(work.fails());
    log.error({ err: error }, 'work failed');
    log.error(error);
    log.warn({ reason: error });
    const records = await until('all records', () => {
      const found = (reports.read('logs') as Written[]).filter(({ context }) => {
        return context === 'Leaky' || context === 'LeakyWork';
      });
      return found.length === 4 && found;
    });
    const all = JSON.stringify([records, reports.read('errors')]);
    expect(all).toContain('refused');
    expect(all).toContain('application/json');
    expect(all).toContain('[redacted]');
    expect(all).not.toContain('hunter2');
  });
});
