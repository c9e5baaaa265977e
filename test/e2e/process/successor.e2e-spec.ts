import { once } from 'node:events';
import { createServer } from 'node:net';

import { describe, expect, it, onTestFinished } from 'vitest';

import { freePort } from '../../support/free-port.ts';
import { IS_LONG } from '../../support/length.ts';
import { report } from '../../support/load.ts';
import { get, labAnswer, RawConnection, requestText } from '../../support/raw-connection.ts';
import { SingleProcess } from '../../support/single-process.ts';
import { type GroupSetup, launchGroup, type TestGroup } from '../../support/test-group.ts';
import { until } from '../../support/until.ts';

const TIMES = IS_LONG ? 10 : 3;

/** What an old process may take to end here, in milliseconds. */
const DRAIN = {
  idleGraceMs: 500,
  streamGraceMs: 2_500,
  requestTimeoutMs: 5_000,
  killAfterMs: 8_000,
};

/** Two clients that keep a process from ending at once: a kept connection, and an event stream. */
async function stay(port: number): Promise<void> {
  const kept = new RawConnection(port).send(requestText('/lab/who', 'keep-alive'));
  const stream = new RawConnection(port).send(requestText('/lab/events', 'keep-alive'));
  for (const connection of [kept, stream]) onTestFinished(() => connection.abandon());
  await until('both answered', () => kept.text.includes('pid') && stream.text.includes('event 0'));
}

/** One on which a request was answered. */
async function keptConnection(port: number): Promise<RawConnection> {
  const connection = new RawConnection(port).send(requestText('/lab/who', 'keep-alive'));
  onTestFinished(() => connection.abandon());
  await until('its answer', () => connection.text.includes('pid'));
  return connection;
}

async function whoServes(port: number): Promise<number> {
  return until('an answer', async () => labAnswer(await get(port, '/lab/who')).pid);
}

describe('A process that follows one that drains', () => {
  it(`R27 A group serves, with pages and probes, that is started as its predecessor is ended, ${TIMES} times.`, async () => {
    const [port, metaPort, probesPort] = [await freePort(), await freePort(), await freePort()];
    const options = { drain: DRAIN, meta: { port: metaPort }, probes: { port: probesPort } };
    const setup: GroupSetup = { app: 'lab.app', port, options: { ...options, workers: 1 } };
    let old = await launchGroup(setup);
    let pid = await whoServes(port);
    const downMs: number[] = [];
    for (let time = 0; time < TIMES; time++) {
      // oxlint-disable no-await-in-loop -- one after the other
      await stay(port);
      const endedAt = performance.now();
      old.signal('SIGTERM');
      const group: TestGroup = await launchGroup(setup);
      pid = await until('another worker', async () => {
        const now = labAnswer(await get(port, '/lab/who')).pid;
        return now !== pid && now;
      });
      downMs.push(performance.now() - endedAt);
      expect(await old.untilExited()).toEqual({ code: 0, signal: null });
      await until('its pages', () =>
        group.output.includes(`pages on http://127.0.0.1:${metaPort}`),
      );
      const [worker] = await group.untilAllReady();
      expect(worker?.pid).toBe(pid);
      await until('its probes', async () => (await get(probesPort, '/readyz')).status === 200);
      expect(waits(group)).toContainEqual(
        `127.0.0.1:${metaPort} is in use: waiting for process ${old.pid}, which drains`,
      );
      old = group;
      // oxlint-enable no-await-in-loop
    }
    // A new group serves before the old one has ended.
    report('R27', { 'served after ms': Math.max(...downMs) });
  });

  it(`R27 An application serves in one process that is started as its predecessor is ended, ${TIMES} times.`, async () => {
    const [port, metaPort] = [await freePort(), await freePort()];
    const setup = { app: 'pages.app', env: { META_PORT: String(metaPort) } };
    const start = (): SingleProcess => {
      const single = new SingleProcess(setup, port);
      onTestFinished(() => single.signal('SIGKILL'));
      return single;
    };
    let old = start();
    let pid = await whoServes(port);
    for (let time = 0; time < TIMES; time++) {
      // oxlint-disable no-await-in-loop -- one after the other
      await until('the old one', () => old.output.includes('serving'));
      const [sleeper, blocker] = [await keptConnection(port), await keptConnection(port)];
      sleeper.send(requestText('/lab/sleep?ms=2000'));
      // It can't act on the signal at once.
      blocker.send(requestText('/lab/freeze?ms=1200'));
      old.signal('SIGTERM');
      const single = start();
      pid = await until('another process', async () => {
        const now = labAnswer(await get(port, '/lab/who')).pid;
        return now !== pid && now;
      });
      expect(pid).toBe(single.pid);
      expect(await old.untilExited(40_000)).toEqual({ code: 0, signal: null });
      for (const connection of [sleeper, blocker]) {
        await connection.closed;
        expect(connection.text.match(/HTTP\/1.1 200/g)).toHaveLength(2);
      }
      await until('its pages', async () => {
        return (await fetch(`http://127.0.0.1:${metaPort}/api/v1/process`)).ok;
      });
      expect(single.output).not.toContain('EADDRINUSE');
      old = single;
      // oxlint-enable no-await-in-loop
    }
  });

  it('R27 An address that a stranger holds fails with one sentence, and within seconds.', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    for (const options of [{ meta: { port } }, { probes: { port } }]) {
      const startedAt = performance.now();
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      const group = await launchGroup({ app: 'lab.app', options });
      // oxlint-disable-next-line no-await-in-loop -- the same
      expect(await group.untilExited()).toEqual({ code: 1, signal: null });
      expect(performance.now() - startedAt).toBeLessThan(15_000);
      expect(group.log.map(({ msg }) => msg)).toEqual([
        expect.stringMatching(/^starting 2 workers on /),
        `127.0.0.1:${port} is in use: trying again for 2000 ms`,
        `cannot listen on 127.0.0.1:${port}: the address is already in use (EADDRINUSE)`,
      ]);
    }
  });
});

function waits(group: TestGroup): string[] {
  return group.log.map(({ msg }) => msg).filter((msg) => msg.includes('is in use'));
}
