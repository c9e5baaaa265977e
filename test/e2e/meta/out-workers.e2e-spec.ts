import { describe, expect, it } from 'vitest';

import { jsonOf, RawConnection, requestText } from '../../support/raw-connection.ts';
import { runOperation } from '../../support/run-operation.ts';
import { PATIENT, startGroup, type TestGroup, USED_TRANSPORT } from '../../support/test-group.ts';
import { until } from '../../support/until.ts';

const TRANSPORTS = [...new Set([USED_TRANSPORT, 'ipc'] as const)];

/** New connections that show who takes them. */
const TIMES = 12;

function start(transport: 'fd' | 'ipc'): Promise<TestGroup> {
  return startGroup({
    app: 'services.app',
    // Never asked.
    env: { NAMER_ADDRESSES: '127.0.0.1:9 127.0.0.1:10' },
    options: {
      workers: 2,
      meta: { port: 0, allow: ['take-out', 'reload', 'cpu-profile'] },
      acceptQueue: { ...PATIENT, transport },
      reload: { canaryMs: 200 },
    },
  });
}

/** Workers, by process id, that take new connections one after another. */
async function takers(group: TestGroup): Promise<Set<number>> {
  const pids = new Set<number>();
  for (let time = 0; time < TIMES; time++) {
    // oxlint-disable-next-line no-await-in-loop -- one after another
    pids.add((jsonOf(await group.get('/who')) as { pid: number }).pid);
  }
  return pids;
}

/** An open connection to a worker that has answered once. */
function keptConnection(group: TestGroup, pid: number): Promise<RawConnection> {
  return until(`a connection to ${pid}`, async () => {
    const connection = group.connect().send(requestText('/who', 'keep-alive'));
    await until('an answer', () => connection.text.includes('}'));
    if (connection.text.includes(`"pid":${pid}`)) return connection;
    connection.abandon();
    return false;
  });
}

describe('R43 a worker that an operator takes out', () => {
  it.each(TRANSPORTS)(
    'gets no new connection over %s, while others serve, until it is put back',
    async (transport) => {
      const group = await start(transport);
      expect((await group.queue()).transport).toBe(transport);
      const [one, other] = await group.untilAllReady();
      const [worker, pid] = [one?.id, one?.pid ?? 0];
      const kept = await keptConnection(group, pid);

      const done = await runOperation(group, 'take-out', { worker, reason: 'leak' });
      expect(done).toMatchObject({ state: 'DONE' });
      expect(await takers(group)).toEqual(new Set([other?.pid]));
      const [row] = await group.workers();
      expect(row).toMatchObject({ id: worker, pid, state: 'READY', out: { reason: 'leak' } });
      const metrics = (await group.page('/metrics')).body;
      expect(metrics).toMatch(/^buttress_workers{[^}]*state="out"[^}]*} 1$/m);
      expect(metrics).toMatch(/^buttress_workers{[^}]*state="ready"[^}]*} 1$/m);

      kept.send(requestText('/who', 'keep-alive'));
      await kept.closed;
      expect(
        kept.text
          .toLowerCase()
          .match(/^connection: .*$/gm)
          ?.at(-1),
      ).toContain('close');

      const profile = await runOperation(group, 'cpu-profile', { worker, seconds: 1 });
      const names = expect.arrayContaining([
        expect.objectContaining({ name: `worker-${worker}.cpuprofile` }),
      ]) as unknown;
      expect(profile).toMatchObject({ state: 'DONE', artifacts: names });
      expect(await runOperation(group, 'take-out', { worker: other?.id })).toMatchObject({
        state: 'FAILED',
        error: expect.stringContaining('ready workers would drop to 0'),
      });

      expect(await runOperation(group, 'put-back', { worker })).toMatchObject({ state: 'DONE' });
      await until('connections to it', async () => (await takers(group)).has(pid));
      const journal = await group.read<{ text: string; worker: number }[]>('/api/v1/journal');
      expect(journal.filter((entry) => entry.worker === worker).map(({ text }) => text)).toEqual(
        expect.arrayContaining([
          'Worker taken out by anyone on this machine: leak',
          'Worker put back by anyone on this machine',
        ]),
      );
    },
  );

  it('is back after its time, and replaced by a reload', async () => {
    const group = await start(USED_TRANSPORT);
    const [one] = await group.untilAllReady();
    await runOperation(group, 'take-out', { worker: one?.id, forMs: 1_000 });
    await group.untilWorker(0, 'is back', ({ id, out }) => id === one?.id && out === null);

    await runOperation(group, 'take-out', { worker: one?.id });
    await runOperation(group, 'reload', {});
    await group.untilWorker(0, 'is another one', ({ id, state }) => {
      return id !== one?.id && state === 'READY';
    });
    const rows = await group.workers();
    expect(rows.map(({ out }) => out)).toEqual([null, null]);
  });
});
