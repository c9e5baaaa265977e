import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { describe, expect, it, onTestFinished } from 'vitest';

import { freePort } from '../../support/free-port.ts';
import { slowSetupModule } from '../../support/setup-module.ts';
import { type GroupSetup, launchGroup, type TestGroup } from '../../support/test-group.ts';
import { until } from '../../support/until.ts';

const NO_USERS = 'export default {};';

interface Activated {
  group: TestGroup;
  /** What the service manager was told. */
  told: () => string[];
}

/** Starts a group as systemd does: with a listening socket, and told how to notify. */
async function activate(options: GroupSetup['options']): Promise<Activated> {
  const directory = mkdtempSync(join(tmpdir(), 'activation-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const news = join(directory, 'news');
  const notify = join(directory, 'systemd-notify');
  writeFileSync(notify, `#!/bin/sh\necho "$1" >> ${news}\n`);
  chmodSync(notify, 0o755);
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const group = await launchGroup({
    app: 'lab.app',
    options: { workers: 1, ...options },
    port: (server.address() as AddressInfo).port,
    descriptors: [descriptorOf(server)],
    env: { PATH: `${directory}:${process.env['PATH']}`, NOTIFY_SOCKET: '/nowhere' },
    startedBy: (command) => ['sh', '-c', 'LISTEN_PID=$$ LISTEN_FDS=1 exec "$0" "$@"', ...command],
  });
  // The group has a copy.
  server.close();
  const told = (): string[] => {
    return existsSync(news) ? readFileSync(news, 'utf8').trim().split('\n') : [];
  };
  return { group, told };
}

function descriptorOf(server: Server): number {
  const { _handle: handle } = server as unknown as { _handle: { fd: number } };
  return handle.fd;
}

describe.runIf(process.platform === 'linux')('R43: a group that a service manager starts', () => {
  it('takes the backlog with its first worker, before slow pages, and is ready after these', async () => {
    const { setup, finish } = slowSetupModule(NO_USERS);
    const probes = { port: await freePort() };
    const { group, told } = await activate({ probes, meta: { port: 0, setup: setup.href } });
    expect((await group.get('/lab/who', { withinMs: 60_000 })).status).toBe(200);
    await until('READY', () => told().includes('READY=1'));
    expect(group.output).not.toContain('serving');
    const readyz = `http://127.0.0.1:${probes.port}/readyz`;
    expect((await fetch(readyz)).status).toBe(503);
    finish();
    await until('readiness', async () => (await fetch(readyz)).status === 200);
    await until('serving', () => group.output.includes('serving'));
  });

  it('does not take the backlog any more when it has to end as it starts', async () => {
    const probes = { port: await freePort() };
    const { group, told } = await activate({ probes, drain: { lameDuckMs: 60_000 } });
    await until('its start', () => group.log.some(({ msg }) => msg.startsWith('pages on ')));
    group.signal('SIGTERM');
    await until('its worker', () => group.output.includes('worker ready'), { withinMs: 50_000 });
    await until('the end of its start', () => group.output.includes('serving'));
    const readyz = `http://127.0.0.1:${probes.port}/readyz`;
    for (let times = 0; times < 20; times++) {
      // oxlint-disable-next-line no-await-in-loop -- time for a wrong notification
      expect((await fetch(readyz)).status).toBe(503);
    }
    expect(told()).toEqual(['STOPPING=1']);
    group.signal('SIGTERM');
    await group.untilExited();
  });
});
