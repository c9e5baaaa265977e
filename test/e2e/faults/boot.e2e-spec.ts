import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';

import { describe, expect, it, onTestFinished } from 'vitest';

import { report } from '../../support/load.ts';
import { labAnswer } from '../../support/raw-connection.ts';
import {
  launchGroup,
  type LogRecord,
  startGroup,
  type TestGroup,
} from '../../support/test-group.ts';
import { until } from '../../support/until.ts';

const ERROR = 50;

describe('The start of a group', () => {
  it('F20 ends with a code and one line that says why, when it can not succeed', async () => {
    const broken = await launchGroup({ app: 'never-boots.app' });
    const gaveUp = await broken.untilExited({ withinMs: 20_000 });
    expect(gaveUp).toEqual({ code: 1, signal: null });
    expect(broken.log.filter(({ msg }) => msg === 'worker ended')).toHaveLength(3);
    const reasons = broken.log.filter(({ level }) => level === ERROR);
    expect(reasons.map(({ msg }) => msg)).toEqual([
      expect.stringContaining('the database of this test is not there'),
    ]);
    expect(reasons[0]?.msg).toContain('3 tries');
    // Two workers fail side by side in the first try: one record tells of both, with the stack.
    expect(broken.output.match(/at bootstrap/g)).toHaveLength(3);

    const port = await takenPort();
    const startedAt = performance.now();
    const homeless = await launchGroup({ app: 'lab.app', port });
    const ended = await homeless.untilExited();
    report('F20', { 'port in use, ended after ms': performance.now() - startedAt });
    expect(ended).toEqual({ code: 1, signal: null });
    const lines = homeless.log.filter(({ level }) => level === ERROR);
    expect(lines.map(({ msg }) => msg)).toEqual([
      `cannot listen on 127.0.0.1:${port}: the address is already in use (EADDRINUSE)`,
    ]);
    expect(homeless.log.filter(({ msg }) => msg === 'worker ended').length).toBeLessThanOrEqual(1);

    const group = await startGroup({ app: 'lab.app', options: { workers: 1 } });
    const second = await group.get(`/lab/listen?port=${port}`);
    expect(labAnswer(second).outcome).toBe('EADDRINUSE');
    expect((await group.get('/lab/who')).status).toBe(200);
  });

  it('counts no worker as failed that was ended while it started', async () => {
    const group = await launchGroup({ app: 'versioned.app', version: 'hangs' });
    for (let ended = 0; ended < 4; ended++) {
      if (ended === 3) group.writeVersion('first');
      // oxlint-disable-next-line no-await-in-loop -- one after another
      await endStarting(group);
      // oxlint-disable-next-line no-await-in-loop -- the same
      await until('its end', () => endsOf(group).length > ended, { withinMs: 30_000 });
    }
    await group.untilAllReady();
    expect(endsOf(group).map(({ reason }) => reason)).toEqual(
      Array.from({ length: 4 }, () => 'it got SIGTERM (exit code 0)'),
    );
    expect(group.log.filter(({ level }) => level === ERROR)).toEqual([]);
  });
});

/** Sends SIGTERM to the worker that starts, as soon as it can take it. */
async function endStarting(group: TestGroup): Promise<void> {
  const pid = await until(
    'a worker that starts',
    async () => {
      const workers = await group.everyWorker();
      return workers.find(({ state }) => state === 'BOOTING')?.pid ?? undefined;
    },
    { withinMs: 30_000 },
  );
  process.kill(pid, 'SIGTERM');
}

function endsOf(group: TestGroup): LogRecord[] {
  return group.log.filter(({ msg }) => msg === 'worker ended');
}

/** A port that somebody else listens on until the test ends. */
async function takenPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}
