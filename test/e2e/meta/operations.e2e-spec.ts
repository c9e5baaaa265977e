import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';

import { beforeAll, describe, expect, it } from 'vitest';

import { type Clients, startClients } from '../../support/kept-clients.ts';
import { report } from '../../support/load.ts';
import { type EndedRun, runOperation } from '../../support/run-operation.ts';
import { endGroup, openGroup, PATIENT, type TestGroup } from '../../support/test-group.ts';
import { HopelessError, until } from '../../support/until.ts';

interface Turnover {
  replacements: object[];
  exits: object[];
}

/** One group for all tests: each leaves it with all of its workers READY. */
let group: TestGroup;

/** Answers whatever it is sent with its name. */
async function startNamer(name: string): Promise<Server> {
  const server = createServer((socket) => {
    socket.on('data', () => socket.write(name)).on('error', () => undefined);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

function addressOf(server: Server): string {
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

let first: string;

async function startAll(): Promise<() => Promise<void>> {
  const servers = [await startNamer('first'), await startNamer('second')];
  first = addressOf(servers[0] as Server);
  process.env['NAMER_ADDRESSES'] = servers.map(addressOf).join(' ');
  const meta = { port: 0, allow: ['drain', 'recycle', 'reload', 'heap-snapshot'] as const };
  group = await openGroup({
    app: 'services.app',
    options: { workers: 2, meta, acceptQueue: PATIENT, reload: { canaryMs: 500 } },
  });
  await group.untilAllReady();
  return async () => {
    await endGroup(group);
    for (const server of servers) server.close();
  };
}

function run(name: string, input: object): Promise<EndedRun> {
  return runOperation(group, name, input);
}

function keepAsking(): Clients {
  return startClients({ port: group.port, path: '/who', clients: 2, keepAlive: false });
}

/** Waits until the place holds another worker than before. */
async function untilReplaced(slot: number, id: number | null): Promise<void> {
  await group.untilWorker(
    slot,
    'is another one',
    (worker) => worker.id !== id && worker.state === 'READY',
    { withinMs: 60_000 },
  );
  await group.untilAllReady();
}

/** Which server the service's name leads to, asked until every worker has answered so often. */
async function namesSeen(times: number): Promise<string[]> {
  const names = new Set<string>();
  const answers = new Map<number, number>();
  await until('answers of all workers', async () => {
    const { status, body } = await group.get('/ask');
    if (status !== 200) throw new HopelessError(`answered ${status}: ${body}`);
    const { pid, name } = JSON.parse(body) as { pid: number; name: string };
    names.add(name);
    answers.set(pid, (answers.get(pid) ?? 0) + 1);
    return answers.size === 2 && [...answers.values()].every((count) => count >= times);
  });
  return [...names];
}

describe('an operation on a running group', { timeout: 240_000 }, () => {
  beforeAll(startAll, 120_000);

  it('drains one worker, and nobody notices', async () => {
    const [one, other] = await group.untilAllReady();
    const asking = keepAsking();
    const done = await run('drain', { worker: one?.id });
    expect(done).toMatchObject({ state: 'DONE' });
    await untilReplaced(0, one?.id ?? null);
    const { sent, failures } = await asking.stop();
    report('drain', { sent, failed: failures.length });
    expect(failures).toEqual([]);
    expect(sent).toBeGreaterThan(0);
    const after = await group.untilAllReady();
    expect(after[1]?.pid).toBe(other?.pid);
    expect(after[0]?.lastExit?.reason).toContain('drained on demand');
  });

  it('refuses to drain the only one that is left, or one that is not there', async () => {
    const workers = await group.untilAllReady();
    const nobody = await group.post('/api/v1/operations/drain', { worker: 4_711 }, {});
    expect([nobody.status, nobody.body]).toEqual([
      404,
      expect.objectContaining({ detail: 'There is no worker 4711' }),
    ]);
    expect((await run('drain', { worker: workers[0]?.id })).state).toBe('DONE');
    // The other one's place is empty or held by one that starts: no second drain is let through.
    expect(await run('drain', { worker: workers[1]?.id })).toMatchObject({
      state: 'FAILED',
      error: expect.stringContaining('no other worker is ready'),
    });
    await untilReplaced(0, workers[0]?.id ?? null);
  });

  it('recycles a worker, whose follower is READY first', async () => {
    const [, one] = await group.untilAllReady();
    const asking = keepAsking();
    expect((await run('recycle', { worker: one?.id })).state).toBe('DONE');
    await untilReplaced(1, one?.id ?? null);
    expect((await asking.stop()).failures).toEqual([]);
    const before = { id: one?.id, pid: one?.pid, usage: { rssBytes: expect.any(Number) } };
    await until('the replacement on its page', async () => {
      const { replacements, exits } = await group.read<Turnover>('/api/v1/exits');
      expect(replacements[0]).toMatchObject({
        kind: 'asked',
        slot: 1,
        outcome: 'replaced',
        before,
      });
      expect(exits[0]).toMatchObject({
        id: one?.id,
        slot: 1,
        reason: 'on demand (exit code 0)',
      });
      return true;
    });
  });

  it('holds an address down for all workers, and lets it be used again', async () => {
    expect(await namesSeen(3)).toEqual(['first']);
    // The whole of it: why a worker did not do it stands beside the state.
    const held = await run('connections.hold-down', { address: first });
    expect(held).toMatchObject({ state: 'DONE' });
    expect(await namesSeen(3)).toEqual(['second']);
    expect(await run('connections.mark-up', { address: first })).toMatchObject({ state: 'DONE' });
    expect(await namesSeen(3)).toEqual(['first']);
  });

  it('holds an address down for workers that start later', async () => {
    const [one] = await group.untilAllReady();
    const held = await run('connections.hold-down', { address: first });
    expect(held).toMatchObject({ state: 'DONE' });
    process.kill(one?.pid ?? 0, 'SIGKILL');
    await untilReplaced(0, one?.id ?? null);
    expect(await namesSeen(3)).toEqual(['second']);
    // Twice: nothing is left to mark up the second time, which is no error.
    for (const _ of [1, 2]) {
      // oxlint-disable-next-line no-await-in-loop -- one after another
      const up = await run('connections.mark-up', { address: first });
      expect(up).toMatchObject({ state: 'DONE' });
    }
    expect(await namesSeen(3)).toEqual(['first']);
  });

  it('reaches workers whose event loops are blocked, all of them, once they turn again', async () => {
    const pids = (await group.untilAllReady()).map(({ pid }) => pid ?? 0);
    const signalAll = (signal: NodeJS.Signals): void => {
      for (const pid of pids) process.kill(pid, signal);
    };
    signalAll('SIGSTOP');
    try {
      await group.untilWorkers('silent', ({ state }) => state === 'STALLED');
      const held = run('connections.hold-down', { address: first });
      await until('a run under way', async () => {
        const { runs } = await group.read<{ runs: { state: string }[] }>('/api/v1/operations');
        return runs.some(({ state }) => state === 'RUNNING');
      });
      signalAll('SIGCONT');
      expect(await held).toMatchObject({ state: 'DONE' });
    } finally {
      signalAll('SIGCONT');
    }
    await group.untilAllReady();
    expect(await namesSeen(3)).toEqual(['second']);
    expect(await run('connections.mark-up', { address: first })).toMatchObject({ state: 'DONE' });
  });

  it('R43 leaves relays to their workers: they are no servers of the group', async () => {
    const { status, body } = await group.get('/relayed');
    expect([status, JSON.parse(body)]).toEqual([200, expect.objectContaining({ name: 'first' })]);
    for (const { unmanaged } of await group.workers()) expect(unmanaged).toEqual([]);
    expect(group.log.filter(({ msg }) => msg.includes('outside the accept queue'))).toEqual([]);
  });

  it('writes the heap of a worker that serves nobody any more', async () => {
    const [one] = await group.untilAllReady();
    const asking = keepAsking();
    const confirm = 'this worker will be replaced';
    const done = await run('heap-snapshot', { worker: one?.id, confirm });
    expect([done.state, done.error]).toEqual(['DONE', undefined]);
    await untilReplaced(0, one?.id ?? null);
    expect((await asking.stop()).failures).toEqual([]);
    const [file] = done.artifacts;
    const { body } = await group.page(`/api/v1/artifacts/${file?.id}`);
    expect(Buffer.byteLength(body)).toBe(file?.bytes);
    expect(Object.keys(JSON.parse(body) as object)).toEqual(
      expect.arrayContaining(['snapshot', 'nodes', 'edges', 'strings']),
    );
  });

  it('reloads all workers, the canary first', async () => {
    const before = await group.untilAllReady();
    const asking = keepAsking();
    expect((await run('reload', {})).state).toBe('DONE');
    for (const { slot, id } of before) {
      // oxlint-disable-next-line no-await-in-loop -- they are replaced in this order
      await untilReplaced(slot, id);
    }
    expect((await asking.stop()).failures).toEqual([]);
  });
});
