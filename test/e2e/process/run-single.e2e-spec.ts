import { once } from 'node:events';
import { Agent, get as httpGet, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';

import { describe, expect, it, onTestFinished } from 'vitest';

import { freePort } from '../../support/free-port.ts';
import { report } from '../../support/load.ts';
import { type SingleProcess, startSingle } from '../../support/single-process.ts';
import { until } from '../../support/until.ts';
import { everyHookOnce, hooksRun } from './ends.ts';

const HOSTS = ['127.0.0.1', '127.0.0.2'] as const;

/** How long an end may take in which nobody has anything to say for longer than a request. */
const END_WITHIN_MS = 8_000;

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

/** The status of an answer, or the system's code in place of one. */
async function ask(
  { port }: SingleProcess,
  path: string,
  { host = '127.0.0.1', agent = false }: { host?: string; agent?: Agent | false } = {},
): Promise<number | string | undefined> {
  const request = httpGet({ host, port, path, agent });
  try {
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    await text(response);
    return response.statusCode;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code;
  }
}

/** One slow request to each host; all are in their handlers when this resolves. */
async function sendSlow(
  single: SingleProcess,
  hosts: readonly string[],
  ms = 2_000,
): Promise<Promise<number | string | undefined>[]> {
  const requests = hosts.map((host) => ask(single, `/sleep?ms=${ms}`, { host }));
  await until('handlers', () => single.output.split('begun by').length > hosts.length);
  return requests;
}
