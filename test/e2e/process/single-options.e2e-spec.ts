import { rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { describe, expect, it, onTestFinished } from 'vitest';

import { freePort } from '../../support/free-port.ts';
import { startSingle } from '../../support/single-process.ts';
import { until } from '../../support/until.ts';
import { askSingle, END_WITHIN_MS, sendSlow } from './single-requests.ts';

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
    expect(await askSingle(single, '/readyz')).toBe(200);
    single.signal('SIGTERM');
    await until('a lame duck', async () => (await askSingle(single, '/readyz')) === 503);
    expect(await askSingle(single, '/down')).toBe(200);
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
    expect(await askSingle(single, '/lab/who')).toBe(200);
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
