import { beforeAll, describe, expect, it } from 'vitest';

import type { ManagedContext } from '../../../lib/context/managed-context.ts';
import { until } from '../../support/until.ts';
import { startWork, work, type WorkApp } from '../../support/work-app.ts';

const { Context, TENANT } = work;

const TRACE = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

/** For tests that leave its threads as they were. */
let inContext: WorkApp['inContext'];
beforeAll(async () => {
  const shared = await work.startWork();
  ({ inContext } = shared);
  return () => shared.app.close();
});

describe('the context of a request', () => {
  it('T21: is the same in a thread, and calls at once do not mix', async () => {
    const two = await startWork({ cpu: { threads: 2, maxQueue: 100 } });
    const calls = Array.from({ length: 40 }, (_, i) =>
      Context.run({ id: `request-${i}`, traceparent: TRACE, baggage: `plan=${i}` }, (context) => {
        context.set(TENANT, `tenant-${i}`);
        return two.inContext.present();
      }),
    );
    for (const [i, seen] of (await Promise.all(calls)).entries()) {
      expect(seen).toMatchObject({
        id: `request-${i}`,
        tenant: `tenant-${i}`,
        baggage: { plan: String(i) },
        traceId: '0af7651916cd43dd8448eb211c80319c',
      });
    }
  });

  it('T21: has its time in a thread', async () => {
    const seen = await Context.run({ deadlineMs: 10_000 }, () => inContext.remaining());
    for (const left of [seen.remainingMs, seen.deadline]) {
      expect(left).toBeGreaterThan(5_000);
      expect(left).toBeLessThanOrEqual(10_000);
    }
  });

  it('shows that it waits for a thread, and how long it did', async () => {
    await Context.run({}, async ({ timings }) => {
      const call = inContext.present();
      expect(timings.running.map(({ name }) => name)).toEqual([
        expect.stringMatching(/^thread .*present$/),
      ]);
      await call;
      expect(timings.running).toEqual([]);
      expect(timings.steps).toMatchObject([{ name: expect.stringMatching(/^thread .*present$/) }]);
    });
  });

  it.each(['result', 'error'] as const)(
    'R43: has the steps and notes that a thread leaves, beside its %s',
    async (outcome) => {
      const { inContext: fresh } = await startWork();
      await Context.run({}, async (request) => {
        await fresh.leave(outcome).catch(() => undefined);
        const [inner, outer] = request.timings.steps;
        expect(inner).toMatchObject({ name: 'in the thread' });
        expect(outer).toMatchObject({ name: expect.stringMatching(/^thread .*leave$/) });
        expect(inner?.startedAt).toBeGreaterThanOrEqual(outer?.startedAt ?? Infinity);
        expect(inner?.ms).toBeLessThanOrEqual(outer?.ms ?? 0);
        expect([...((request as ManagedContext).notes ?? [])]).toEqual([['outcome', outcome]]);
      });
    },
  );

  it('is missing in a thread where the caller has none', async () => {
    await expect(inContext.present()).rejects.toMatchObject({ code: 'ERR_BUTTRESS_CONTEXT_NONE' });
  });
});

describe('logs and statistics of a thread', () => {
  it('T21: reach those of the process, with the id of the request', async () => {
    const { app, inContext: logging } = await startWork({}, [work.LoggingModule.forRoot()]);
    const { reports, stats } = app.get(work.AppContext);
    const counted = (): number => {
      const counter = stats.snapshot().find(({ name }) => name === 'test.in_threads');
      return (counter?.series[0]?.data as { total: number } | undefined)?.total ?? 0;
    };
    const before = counted();
    await Context.run({ id: 'request-42' }, () => logging.present());
    const record = await until('the line is there', () => {
      const records = reports.read('logs') as Record<string, unknown>[];
      return records.find(({ msg }) => msg === 'a line from a thread');
    });
    expect(record).toMatchObject({ requestId: 'request-42', context: 'ContextWork' });
    await until('it is counted here', () => counted() === before + 1);
  });
});
