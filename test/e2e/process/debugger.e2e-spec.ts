import { setTimeout as sleep } from 'node:timers/promises';

import { describe, expect, it, onTestFinished } from 'vitest';

import { Debugger, inspectorsIn } from '../../support/debugger.ts';
import { freePort } from '../../support/free-port.ts';
import { labAnswer } from '../../support/raw-connection.ts';
import { type GroupSetup, launchGroup, type TestGroup } from '../../support/test-group.ts';
import { until } from '../../support/until.ts';

const LIMITS = { stalledAfterMs: 500, hungAfterMs: 3_000 };

const SHORT_BOOT_MS = 6_000;

/** Several times what a worker may be silent for. */
const PAUSE_MS = 7_000;

const UNWATCHED = /^a worker has its inspector open/;
const WATCHED = /event loops are watched again$/;

/** A port for the primary's inspector; those of its workers follow it. */
async function inspectorPort(): Promise<number> {
  const port = await freePort();
  for (let worker = 0; worker < 4; worker++) {
    // oxlint-disable-next-line no-await-in-loop -- nobody else gets these
    await freePort();
  }
  return port;
}

function setup(argument: string, env: Record<string, string> = {}, more = {}): GroupSetup {
  return {
    app: 'lab.app',
    env,
    options: { workers: 1, supervision: { ...LIMITS, ...more } },
    startedBy: ([node, ...args]) => (argument === '' ? [node, ...args] : [node, argument, ...args]),
  };
}

async function attach(group: TestGroup, index: number): Promise<Debugger> {
  const url = await until(`inspector ${index}`, () => inspectorsIn(group.output)[index]);
  const session = await Debugger.attach(url);
  onTestFinished(() => session.close());
  return session;
}

/** Stops the worker at a breakpoint for longer than it may be silent. */
async function stopFor(group: TestGroup, session: Debugger): Promise<void> {
  const { pid } = labAnswer(await group.get('/lab/who'));
  expect(await session.evaluate('process.pid')).toBe(pid);
  await session.send('Debugger.enable');
  await session.send('Debugger.pause');
  await until('its pause', () => session.has('Debugger.paused'));
  // Nothing happens in this time: that is what is to be seen.
  await sleep(PAUSE_MS);
  expect((await group.workers()).map((one) => [one.pid, one.state])).toEqual([[pid, 'READY']]);
  await session.send('Debugger.resume');
  expect(labAnswer(await group.get('/lab/who')).pid).toBe(pid);
}

function unwatched(group: TestGroup): string[] {
  return group.log.map(({ msg }) => msg).filter((msg) => UNWATCHED.test(msg));
}

describe('A worker that is debugged', () => {
  it.each(['--inspect', 'NODE_OPTIONS=--inspect'])(
    'R28 A breakpoint does not end it, with %s.',
    async (how) => {
      const argument = `--inspect=127.0.0.1:${await inspectorPort()}`;
      const isOption = how === '--inspect';
      const group = await launchGroup(
        setup(isOption ? argument : '', isOption ? {} : { NODE_OPTIONS: argument }),
      );
      await group.untilAllReady();
      await stopFor(group, await attach(group, 1));
      expect(unwatched(group)).toHaveLength(1);
      expect(group.log.filter(({ msg }) => msg === 'worker ended')).toEqual([]);
      expect(group.output).not.toContain('Starting inspector');
      // The primary and its worker; the pages have none.
      expect(inspectorsIn(group.output)).toHaveLength(2);
    },
  );

  it('R28 With --inspect-brk it may wait for its debugger for longer than a start may take.', async () => {
    const argument = `--inspect-brk=127.0.0.1:${await inspectorPort()}`;
    const group = await launchGroup(setup(argument, {}, { bootTimeoutMs: SHORT_BOOT_MS }));
    await (await attach(group, 0)).send('Runtime.runIfWaitingForDebugger');
    const session = await attach(group, 1);
    await sleep(SHORT_BOOT_MS + 2_000);
    await session.send('Runtime.runIfWaitingForDebugger');
    await group.untilAllReady();
    await stopFor(group, session);
    expect(unwatched(group)).toHaveLength(1);
    expect(group.log.filter(({ msg }) => msg === 'worker ended')).toEqual([]);
    expect(group.output).not.toContain('Starting inspector');
  });

  it('R28 Its inspector may be opened while it runs.', async () => {
    const group = await launchGroup(setup(`--inspect-port=127.0.0.1:${await inspectorPort()}`));
    const [worker] = await group.untilAllReady();
    expect(unwatched(group)).toEqual([]);
    process.kill(worker?.pid ?? 0, 'SIGUSR1');
    const session = await attach(group, 0);
    await until('a line of the log', () => unwatched(group).length === 1);
    await stopFor(group, session);
  });

  it('R28 It is watched again when its inspector is closed.', async () => {
    const group = await launchGroup(setup(`--inspect=127.0.0.1:${await inspectorPort()}`));
    const [worker] = await group.untilAllReady();
    const session = await attach(group, 1);
    void session.send('Runtime.evaluate', {
      expression: "process.getBuiltinModule('node:inspector').close()",
    });
    // Node waits for the end of the session.
    session.close();
    await until('a line of the log', () => group.log.some(({ msg }) => WATCHED.test(msg)));
    void group.get('/lab/freeze?ms=60000').catch(() => undefined);
    const next = await group.untilWorker(0, 'replaced', ({ pid, state }) => {
      return state === 'READY' && pid !== worker?.pid;
    });
    expect(next.pid).not.toBe(worker?.pid);
  });
});
