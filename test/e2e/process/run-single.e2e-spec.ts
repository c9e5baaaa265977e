import { once } from 'node:events';
import { rmSync, writeFileSync } from 'node:fs';
import { Agent, get as httpGet, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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

  it('R23 A request on a kept connection is answered that comes just after the signal.', async () => {
    const single = await startSingle({ app: 'hooks.app' });
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    onTestFinished(() => agent.destroy());
    expect(await ask(single, '/who', { agent })).toBe(200);
    const [slow] = await sendSlow(single, ['127.0.0.1']);
    single.signal('SIGTERM');
    await until('no new connections', async () => (await ask(single, '/who')) === 'ECONNREFUSED');
    expect(await ask(single, '/who', { agent })).toBe(200);
    expect(await slow).toBe(200);
    expect(await single.untilExited(END_WITHIN_MS)).toEqual({ code: 0, signal: null });
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

describe('The drain options of runSingle', () => {
  it('cut what outlasts them.', async () => {
    const drain = { requestTimeoutMs: 500, idleGraceMs: 0 };
    const single = await startSingle({ app: 'hooks.app', options: { drain } });
    const cut = await sendSlow(single, ['127.0.0.1'], 60_000);
    single.signal('SIGTERM');
    expect(await Promise.all(cut)).toEqual(['ECONNRESET']);
    expect(await single.untilExited(END_WITHIN_MS)).toEqual({ code: 0, signal: null });
  });

  it('kill a process that still runs when its time is up.', async () => {
    const drain = { requestTimeoutMs: 500, killAfterMs: 1_000 };
    const single = await startSingle({
      app: 'hooks.app',
      options: { drain },
      env: { SHUTDOWN_HANGS: 'yes' },
    });
    single.signal('SIGTERM');
    expect(await single.untilExited(END_WITHIN_MS)).toEqual({ code: 1, signal: null });
  });

  it('are shown with their sources, in place of those of a group.', async () => {
    const pages = await freePort();
    const drain = { requestTimeoutMs: 7_000 };
    await startSingle({
      app: 'pages.app',
      options: { drain },
      env: { META_PORT: String(pages) },
    });
    const { data } = await readConfig(pages);
    expect(data.group).toEqual([]);
    const [{ value }] = data.workers as [{ value: object[] }];
    expect(value).toContainEqual({
      name: 'drain.requestTimeoutMs',
      value: 7_000,
      source: 'code',
    });
    expect(value).toContainEqual({ name: 'drain.lameDuckMs', value: 0, source: 'default' });
  });

  it('make it a lame duck, which serves and is not ready, at SIGTERM.', async () => {
    const downFile = join(tmpdir(), `down-${process.pid}`);
    writeFileSync(downFile, '');
    onTestFinished(() => rmSync(downFile));
    const single = await startSingle({
      app: 'readiness.app',
      options: { drain: { lameDuckMs: 60_000 } },
      env: { VERSION_FILE: downFile },
    });
    expect(await ask(single, '/readyz')).toBe(200);
    single.signal('SIGTERM');
    await until('a lame duck', async () => (await ask(single, '/readyz')) === 503);
    expect(await ask(single, '/down')).toBe(200);
  });

  it('make its pages report that too.', async () => {
    const pages = await freePort();
    const single = await startSingle({
      app: 'pages.app',
      options: { drain: { lameDuckMs: 60_000 } },
      env: { META_PORT: String(pages) },
    });
    const ready = async (): Promise<number> =>
      (await fetch(`http://127.0.0.1:${pages}/readyz`)).status;
    expect(await ready()).toBe(200);
    single.signal('SIGTERM');
    await until('a lame duck', async () => (await ready()) === 503);
    expect(await ask(single, '/lab/who')).toBe(200);
  });

  it('make it no lame duck at Ctrl-C.', async () => {
    const options = { drain: { lameDuckMs: 60_000 } };
    const single = await startSingle({ app: 'hooks.app', options });
    single.signal('SIGINT');
    expect(await single.untilExited(END_WITHIN_MS)).toEqual({ code: 0, signal: null });
  });
});

interface Config {
  data: { group: object[]; workers: { value: object[] }[] };
}

async function readConfig(port: number): Promise<Config> {
  return (await (await fetch(`http://127.0.0.1:${port}/api/v1/config`)).json()) as Config;
}

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
