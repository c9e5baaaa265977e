import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { get as httpGet, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

import { describe, expect, it, onTestFinished } from 'vitest';

import { SingleProcess, startSingle } from '../../support/single-process.ts';
import { type GroupSetup, launchGroup, type TestGroup } from '../../support/test-group.ts';
import { until } from '../../support/until.ts';
import { untilServing } from './ends.ts';

const ERROR = 50;

describe.each(['ipc', 'auto'] as const)('Sockets at a path, transport %s', (transport) => {
  it('R22 An application takes over the socket that a killed group has left, but neither that of a living one nor a file.', async () => {
    const path = freshPath();
    const setup: GroupSetup = {
      app: 'socket.app',
      options: { acceptQueue: { transport } },
      env: { SOCKET_PATH: path },
    };
    const killed = await startServing(setup);
    expect(await statusOf(path, '/')).toBe(200);
    killed.signalAll('SIGKILL');
    await killed.exited;
    expect(existsSync(path)).toBe(true);

    // Its second worker must not take the socket from the first.
    const living = await startServing(setup, 2);
    expect(await statusOf(path, '/')).toBe(200);
    expect(await reasonsOfEnd(await launchGroup(setup))).toEqual([expect.stringContaining(path)]);
    expect(await statusOf(path, '/')).toBe(200);
    living.signal('SIGTERM');
    expect(await living.untilExited()).toEqual({ code: 0, signal: null });

    const file = `${path}.txt`;
    writeFileSync(file, 'precious');
    const onFile = { ...setup, env: { SOCKET_PATH: file } };
    expect(await reasonsOfEnd(await launchGroup(onFile))).toEqual([expect.stringContaining(file)]);
    expect(readFileSync(file, 'utf8')).toBe('precious');
  });

  it('R22 Pages take over the socket that a killed group has left, but not that of a living one.', async () => {
    const path = freshPath();
    const setup: GroupSetup = {
      app: 'bare.app',
      options: { acceptQueue: { transport }, meta: { path } },
    };
    const killed = await startServing(setup);
    await until('the pages', async () => (await statusOf(path, '/readyz')) === 200);
    killed.signalAll('SIGKILL');
    await killed.exited;

    const living = await startServing(setup);
    await until('the pages', async () => (await statusOf(path, '/readyz')) === 200);
    // On another port: nothing else is in its way.
    expect(await reasonsOfEnd(await launchGroup(setup))).toEqual([expect.stringContaining(path)]);
    expect(await statusOf(path, '/readyz')).toBe(200);
    expect((await living.get('/')).status).toBe(200);
  });
});

describe('A socket at a path, in one process', () => {
  it('R22 takes over the socket that a killed process has left, and waits for none that serves', async () => {
    const path = freshPath();
    const setup = { app: 'socket.app', env: { SOCKET_PATH: path } };
    const killed = await startSingle(setup);
    killed.signal('SIGKILL');
    await killed.untilExited();
    expect(existsSync(path)).toBe(true);

    const living = await startSingle(setup);
    expect(await statusOf(path, '/')).toBe(200);
    const second = new SingleProcess(setup, living.port);
    onTestFinished(() => second.signal('SIGKILL'));
    expect(await second.untilExited()).toEqual({ code: 1, signal: null });
    expect(second.output).toContain(path);
    expect(await statusOf(path, '/')).toBe(200);
    living.signal('SIGTERM');
    expect(await living.untilExited()).toEqual({ code: 0, signal: null });
  });
});

function freshPath(): string {
  const directory = mkdtempSync(join(tmpdir(), 'sockets-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  return join(directory, 'socket');
}

async function startServing(setup: GroupSetup, workers = 1): Promise<TestGroup> {
  const group = await launchGroup({ ...setup, options: { ...setup.options, workers } });
  await untilServing(group, workers);
  return group;
}

/** Waits until the group has ended with code 1; what it gives for reasons. */
async function reasonsOfEnd(group: TestGroup): Promise<string[]> {
  expect(await group.untilExited()).toEqual({ code: 1, signal: null });
  return group.log.filter(({ level }) => level === ERROR).map(({ msg }) => msg);
}

async function statusOf(socketPath: string, path: string): Promise<number | undefined> {
  const request = httpGet({ socketPath, path, agent: false });
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  await text(response);
  return response.statusCode;
}
