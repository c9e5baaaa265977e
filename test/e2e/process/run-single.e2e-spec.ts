import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

import { describe, expect, it, onTestFinished } from 'vitest';

import { report } from '../../support/load.ts';
import { startSingle } from '../../support/single-process.ts';
import { everyHookOnce, hooksRun } from './ends.ts';
import { END_WITHIN_MS, sendSlow } from './single-requests.ts';

const HOSTS = ['127.0.0.1', '127.0.0.2'] as const;

describe('An application that runs in one process', () => {
  it('R23 Silent clients do not hold up its end, on whichever address of localhost they are, and requests in flight are answered.', async () => {
    const single = await startSingle({
      app: 'hooks.app',
      env: { HOST: 'localhost', SHUTDOWN_HOOKS: 'no' },
      preload: new URL('../../fixtures/dist/preload/two-localhosts.js', import.meta.url).href,
    });
    for (const host of HOSTS) {
      const silent = connect(single.port, host).on('error', () => undefined);
      onTestFinished(() => void silent.destroy());
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      await once(silent, 'connect');
    }
    const requests = await sendSlow(single, HOSTS);
    const signalledAt = performance.now();
    single.signal('SIGTERM');
    expect(await single.untilExited(END_WITHIN_MS)).toEqual({ code: 0, signal: null });
    report('R23', { 'ended after ms': performance.now() - signalledAt, 'limit ms': END_WITHIN_MS });
    expect(await Promise.all(requests)).toEqual(requests.map(() => 200));
  });

  it.each(['SIGTERM', 'SIGINT'] as const)(
    'R23 %s twice within 50 ms is one signal; a later one ends the process at once.',
    async (signal) => {
      const single = await startSingle({ app: 'hooks.app' });
      const requests = await sendSlow(single, ['127.0.0.1', '127.0.0.1']);
      single.signal(signal);
      await sleep(40);
      single.signal(signal);
      expect(await Promise.all(requests)).toEqual([200, 200]);
      expect(await single.untilExited(END_WITHIN_MS)).toEqual({ code: 0, signal: null });

      const other = await startSingle({ app: 'hooks.app' });
      const cut = await sendSlow(other, ['127.0.0.1'], 15_000);
      other.signal(signal);
      await sleep(500);
      other.signal(signal);
      const code = signal === 'SIGTERM' ? 143 : 130;
      expect(await other.untilExited(END_WITHIN_MS)).toEqual({ code, signal: null });
      expect(await Promise.all(cut)).toEqual(['ECONNRESET']);
    },
  );

  it.each([
    ['with enableShutdownHooks()', 'SIGTERM', 'yes'],
    ['with enableShutdownHooks()', 'SIGINT', 'yes'],
    ['without enableShutdownHooks()', 'SIGTERM', 'no'],
  ] as const)(
    'R23 Its hooks run once and after its requests, and know the signal, %s at %s.',
    async (_how, signal, hooks) => {
      const single = await startSingle({ app: 'hooks.app', env: { SHUTDOWN_HOOKS: hooks } });
      const requests = await sendSlow(single, ['127.0.0.1', '127.0.0.1']);
      single.signal(signal);
      expect(await Promise.all(requests)).toEqual([200, 200]);
      expect(await single.untilExited(END_WITHIN_MS)).toEqual({ code: 0, signal: null });
      expect(hooksRun(single.output)).toEqual(new Map([[single.pid, everyHookOnce(signal)]]));
    },
  );
});
