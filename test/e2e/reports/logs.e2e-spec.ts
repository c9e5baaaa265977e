import { describe, expect, it } from 'vitest';

import { sharedGroup } from '../../support/shared-group.ts';
import { PATIENT, type TestGroup } from '../../support/test-group.ts';
import { until } from '../../support/until.ts';
import { startReportingGroup, untilReporting } from './start-reporting-group.ts';

interface AppRecord {
  level: number;
  worker?: number;
  context?: string;
  requestId?: string;
  msg?: string;
  [field: string]: unknown;
}

/** All whole lines of the output, each of which must be JSON. */
function recordsOf(group: TestGroup): AppRecord[] {
  const lines = group.output.split('\n').slice(0, -1);
  // The primary of the tests says this when it serves.
  return lines.filter((line) => line !== 'serving').map((line) => JSON.parse(line) as AppRecord);
}

/** What the only worker says on a page: a busy machine may leave it out once. */
function valueOf<T>(group: TestGroup, path: string): Promise<T> {
  return until('an answer of the worker', async () => {
    const [first] = await group.read<{ value: T }[]>(path);
    return first?.value;
  });
}

function start(workers = 1): Promise<TestGroup> {
  return startReportingGroup(workers);
}

describe('logs of a group', () => {
  const shared = sharedGroup({ app: 'logging.app', options: { workers: 1, acceptQueue: PATIENT } });

  /** The group, whose worker answers what the pages ask. */
  async function reporting(): Promise<TestGroup> {
    await untilReporting(shared(), 1);
    return shared();
  }

  it('keep lines whole that many workers write to one pipe, also long ones', async () => {
    const group = await start(4);
    const answers = await Promise.all(
      Array.from({ length: 16 }, () => group.get('/flood/60', { withinMs: 30_000 })),
    );
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    const lines = await until('all lines', () => {
      const found = recordsOf(group).filter(({ line }) => line !== undefined);
      return found.length === 16 * 60 && found;
    });
    expect(new Set(lines.map(({ worker }) => worker)).size).toBeGreaterThan(1);
    expect(lines.filter(({ text }) => String(text).length === 20_000)).toHaveLength(16 * 30);
  });

  it('say which request and worker a record belongs to, and what became of the request', async () => {
    const group = await reporting();
    const answer = await group.get('/say/log');
    const requestId = answer.headers.get('x-request-id');
    const records = await until('both records', () => {
      const own = recordsOf(group).filter((record) => record.requestId === requestId);
      return own.length === 2 && own;
    });
    expect(records).toEqual([
      expect.objectContaining({ context: 'LoggingController', msg: 'said log', worker: 1 }),
      expect.objectContaining({
        context: 'access',
        method: 'GET',
        route: '/say/:level',
        status: 200,
        durationMs: expect.any(Number),
        queueWaitMs: expect.any(Number),
        timings: { saying: 1.5 },
        notes: { level: 'log' },
      }),
    ]);
    await group.get('/job');
    await until('the job', () => recordsOf(group).find(({ requestId: id }) => id === 'job-1'));
  });

  it('have the last lines before a crash, and before a stop', async () => {
    const group = await start();
    await group.get('/crash');
    // Node writes the error itself among them, which is no record.
    await until('the last words', () => {
      return group.log.filter(({ msg }) => msg.includes('last words')).length === 2;
    });
    // Until the primary has seen the end, the worker that crashed still counts as READY.
    await group.untilWorker(0, 'replaced', ({ id, state }) => id !== 1 && state === 'READY');
    expect((await group.get('/say/log')).status).toBe(200);
    group.signal('SIGTERM');
    await group.untilExited();
    expect(group.log.filter(({ msg }) => msg === 'said log')).toHaveLength(1);
  });

  it('change their level while the workers run, for one context, and go back by themselves', async () => {
    const group = await start(2);
    const set = (change: object, headers = {}) => group.post('/api/v1/log-levels', change, headers);
    const debug = { context: 'LoggingController', level: 'debug', ttlMs: 4_000 };
    await until('both to be told', async () => {
      expect(await set(debug)).toMatchObject({
        status: 200,
        body: { workers: { expected: 2, answered: 2, missing: [] } },
      });
      return true;
    });
    const spoken = async (): Promise<number> => {
      const before = recordsOf(group).filter(({ msg }) => msg === 'said debug').length;
      const { headers } = await group.get('/say/debug');
      await until('the access record', () =>
        recordsOf(group).some(({ requestId, context }) => {
          return context === 'access' && requestId === headers.get('x-request-id');
        }),
      );
      return recordsOf(group).filter(({ msg }) => msg === 'said debug').length - before;
    };
    expect([await spoken(), await spoken()]).toEqual([1, 1]);
    await until('silence again', async () => (await spoken()) === 0);

    // One that starts meanwhile has it too: it may replace the one that was looked at.
    expect(await set({ ...debug, ttlMs: 60_000 })).toMatchObject({ status: 200 });
    const [first] = await group.untilAllReady();
    process.kill(first?.pid ?? 0, 'SIGKILL');
    await group.untilWorker(0, 'is another one', ({ id }) => id !== first?.id);
    await group.untilAllReady();
    await until('the level in both', async () => {
      const all = await group.read<{ value: { overrides: object[] } }[]>('/api/v1/log-levels');
      return all.length === 2 && all.every(({ value }) => value.overrides.length === 1);
    });
    expect(await set({ ...debug, level: null })).toMatchObject({ status: 200 });

    expect(await set({ context: '*', level: 'loud' })).toMatchObject({ status: 400 });
    expect(
      await set({ context: '*', level: 'warn' }, { 'content-type': 'text/plain' }),
    ).toMatchObject({
      status: 415,
    });
    expect(
      await set({ context: '*', level: 'warn' }, { 'sec-fetch-site': 'cross-site' }),
    ).toMatchObject({
      status: 403,
    });
  });

  it('reach the pages: records, errors with causes, and no secrets', async () => {
    const group = await reporting();
    await Promise.all([1, 2, 3].map(() => group.get('/fail')));
    const errors = await valueOf<{ count: number; message: string; causes: object[] }[]>(
      group,
      '/api/v1/errors',
    );
    expect(errors).toEqual([
      expect.objectContaining({
        count: 3,
        message: 'card [redacted] refused',
        causes: [expect.objectContaining({ message: 'the bank said no' })],
      }),
    ]);
    const logs = await valueOf<AppRecord[]>(group, '/api/v1/logs');
    expect(logs.filter(({ status }) => status === 500)).toHaveLength(3);
    expect(JSON.stringify(logs)).not.toContain('4111111111111111');
  });
});
