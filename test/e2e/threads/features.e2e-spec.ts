import { describe, expect, it } from 'vitest';

import type * as Fixture from '../../fixtures/threads/features.ts';
import { osThreads } from '../../support/os-threads.ts';
import { until } from '../../support/until.ts';
import { startWork, work } from '../../support/work-app.ts';

const MODULE = new URL('../../fixtures/dist/threads/features.js', import.meta.url);

const { FeatureWork, FeatureWorkModule } = (await import(MODULE.href)) as typeof Fixture;

/** One thread for cpu and one for io. */
const THREADS = 2;

describe.each(['AllFeaturesModule', 'EachFeatureModule'])('features in threads (%s)', (name) => {
  const options = { module: MODULE, moduleExport: name };

  it('start no pools there', async () => {
    // What Node starts with the first of its threads is there then.
    await (await startWork()).app.close();
    const before = osThreads();
    const { cpu } = await startWork(options, [FeatureWorkModule]);
    expect(await cpu.nested()).toMatchObject([{}, {}]);
    expect(osThreads() - before).toBeLessThanOrEqual(THREADS);
  });

  it('listen nowhere and let no request in', async () => {
    const { app } = await startWork(options, [FeatureWorkModule]);
    const resources = await app.get(FeatureWork).resources();
    expect(resources.filter((one) => /server|tcp|pipe/i.test(one))).toEqual([]);
    expect(app.get(work.AppContext).reports.names).toContain('threads');
  });

  it('write lines once, to where those of the process go', async () => {
    const features = [FeatureWorkModule, work.LoggingModule.forRoot()];
    const { app, inContext } = await startWork(options, features);
    await work.Context.run({ id: `request of ${name}` }, () => inContext.present());
    const { reports } = app.get(work.AppContext);
    const lines = (): unknown[] => {
      const records = reports.read('logs') as Record<string, unknown>[];
      return records.filter(({ requestId }) => requestId === `request of ${name}`);
    };
    await until('a line is there', () => lines().length > 0);
    // Whatever else it had written would have come before this answer.
    await app.get(FeatureWork).resources();
    expect(lines()).toMatchObject([{ msg: 'a line from a thread', context: 'ContextWork' }]);
  });
});
