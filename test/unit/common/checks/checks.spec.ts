import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { setImmediate as nextLoop } from 'node:timers/promises';

import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';

import { Checks } from '../../../../lib/common/checks/checks.ts';

const SECOND = 1_000;

/** A check whose runs end when the test says so. */
function hangingCheck() {
  const runs: (() => void)[] = [];
  const run = (): Promise<void> => new Promise((resolve) => void runs.push(resolve));
  const check = { name: 'database', timeoutMs: 500, cacheMs: 0, counts: true, run };
  const checks = new Checks([check], { now: () => Date.now() }, (text) => text);
  const ask = async (): Promise<string | undefined> => {
    const report = checks.report();
    await vi.advanceTimersByTimeAsync(SECOND);
    return (await report).checks[0]?.error;
  };
  return { runs, ask };
}

describe('Checks', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('R43: do not run a check again beside one that hangs', async () => {
    const { runs, ask } = hangingCheck();
    expect(await ask()).toBe('no answer within 500 ms');
    expect(await ask()).toBe('has not answered yet');
    expect(await ask()).toBe('has not answered yet');
    expect(runs).toHaveLength(1);
    runs[0]?.();
    await vi.advanceTimersByTimeAsync(0);
    expect(await ask()).toBe('no answer within 500 ms');
    expect(runs).toHaveLength(2);
  });

  it('R43: run a check again when its last run is lost', async () => {
    const { runs, ask } = hangingCheck();
    await ask();
    await vi.advanceTimersByTimeAsync(30 * SECOND);
    await ask();
    expect(runs).toHaveLength(2);
    // What was lost comes after all, and does not speak for the other.
    runs[0]?.();
    expect(await ask()).toBe('has not answered yet');
    expect(runs).toHaveLength(2);
  });

  it('R43: share a run that is within its time limit', async () => {
    const { runs, ask } = hangingCheck();
    const both = Promise.all([ask(), ask()]);
    runs[0]?.();
    expect(await both).toEqual([undefined, undefined]);
    expect(runs).toHaveLength(1);
  });
});

/** Two ends of one connection. */
async function connection(): Promise<[Socket, Socket]> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
  const [[accepted]] = (await Promise.all([
    once(server, 'connection'),
    once(client, 'connect'),
  ])) as [[Socket], unknown];
  server.close();
  onTestFinished(() => {
    for (const socket of [client, accepted]) socket.destroy();
  });
  return [client, accepted];
}

function block(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

describe('Checks after a blocked loop', () => {
  it('R43: take the answer that came during the block', async () => {
    const [client, database] = await connection();
    const run = async (): Promise<void> => void (await once(client, 'data'));
    const check = { name: 'database', timeoutMs: 20, cacheMs: 0, counts: true, run };
    const checks = new Checks([check], { now: () => performance.now() }, (text) => text);
    // Timers come next.
    await nextLoop();
    const report = checks.report();
    database.write('up');
    block(100);
    expect((await report).checks).toMatchObject([{ status: 'up' }]);
  });
});
