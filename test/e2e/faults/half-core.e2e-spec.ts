import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import { describe, expect, it, onTestFinished } from 'vitest';

import { CpuCgroup, whyNoCpuCgroup } from '../../support/cpu-cgroup.ts';
import { freePort } from '../../support/free-port.ts';
import { startClients } from '../../support/kept-clients.ts';
import { report, steadily, tally } from '../../support/load.ts';
import { get, outcome } from '../../support/raw-connection.ts';
import { startGroup } from '../../support/test-group.ts';
import { until } from '../../support/until.ts';

const WORKERS = 2;

const CLUSTER = fileURLToPath(
  new URL('../../fixtures/dist/rivals/cluster.main.js', import.meta.url),
);

/** The answers to new connections, beside clients that use up the processor on theirs. */
async function newConnections(port: number): Promise<Map<unknown, number>> {
  await until('an answer', async () => (await get(port, '/lab/who')).status === 200);
  const busy = startClients({ port, path: '/lab/work?ms=2', clients: 8, keepAlive: true });
  const answers = await steadily({ everyMs: 40, forMs: 8_000 }, () => get(port, '/lab/who'));
  const { failures } = await busy.stop();
  expect(failures).toEqual([]);
  return tally(answers.map(outcome));
}

describe('A group in a cgroup of half a core', () => {
  it('R11 serves new connections like plain cluster, which has no queue.', async ({ skip }) => {
    const why = await whyNoCpuCgroup();
    skip(why !== undefined, why);
    const cpu = new CpuCgroup(0.5);
    onTestFinished(() => cpu.remove());
    const group = await startGroup({
      app: 'lab.app',
      options: { workers: WORKERS },
      startedBy: (command) => cpu.inside(command),
    });
    const ours = await newConnections(group.port);
    const { shed } = await group.queue();
    group.killAll();
    await group.exited;

    const port = await freePort();
    const [command, ...args] = cpu.inside([process.execPath, CLUSTER]);
    const env = { ...process.env, PORT: String(port), WORKERS: String(WORKERS) };
    const rival = spawn(command, args, { env, stdio: 'ignore' });
    const ended = new Promise((resolve) => rival.once('exit', resolve));
    onTestFinished(async () => {
      rival.kill('SIGTERM');
      await ended;
    });
    const theirs = await newConnections(port);
    report('R11', {
      ...Object.fromEntries(ours),
      'shed for age': shed.age,
      'cluster 200': theirs.get(200) ?? 0,
    });
    expect(ours).toEqual(theirs);
    expect([...ours.keys()]).toEqual([200]);
  });
});
