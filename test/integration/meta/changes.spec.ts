import { describe, expect, it } from 'vitest';

import { FakeGroup, type FakeWorker, openPagesOf } from '../../support/fake-group.ts';
import { AS_HTML, AS_JSON, type PageAnswer, startPagesApp } from '../../support/pages-app.ts';
import { until } from '../../support/until.ts';

const LEVEL = { context: '*', level: 'debug', ttlMs: 60_000 };
const LEVELS = { level: 'debug', overrides: [] };

const willing = (id: number): FakeWorker => ({ id, run: () => LEVELS });
const silent = (id: number): FakeWorker => ({ id });
const refusing = (id: number): FakeWorker => ({
  id,
  run: () => {
    throw new Error('the disk is full');
  },
});

async function setLevel(workers: FakeWorker[], input: object = LEVEL): Promise<PageAnswer> {
  const { ask } = await openPagesOf(new FakeGroup(workers));
  const body = JSON.stringify(input);
  return ask('/api/v1/log-levels', { method: 'POST', headers: AS_JSON, body });
}

/** What the primary is to keep after a change. */
async function keptAfter(input: object): Promise<{ name: string; input: unknown }[]> {
  const group = new FakeGroup([willing(1)]);
  const { ask } = await openPagesOf(group);
  const body = JSON.stringify(input);
  await ask('/api/v1/log-levels', { method: 'POST', headers: AS_JSON, body });
  return group.ranInPrimary;
}

describe('A change of the log levels', () => {
  it('is kept for workers that start later, until it is ended.', async () => {
    const name = 'log-levels Shop';
    const by = expect.any(String);
    expect(await keptAfter({ context: 'Shop', level: 'debug', ttlMs: 60_000 })).toEqual([
      { name: 'settings.keep', input: { name, value: 'debug', forMs: 60_000, by } },
    ]);
    expect(await keptAfter({ context: 'Shop', level: null })).toEqual([
      { name: 'settings.drop', input: { name, ifChanged: true, by } },
    ]);
  });

  it('is 200 when every worker carried it out.', async () => {
    const { status, body } = await setLevel([willing(1), willing(2)]);
    expect([status, JSON.parse(body)]).toEqual([
      200,
      expect.objectContaining({
        workers: { expected: 2, answered: 2, missing: [] },
        outcomes: [
          { worker: 1, status: 'done' },
          { worker: 2, status: 'done' },
        ],
      }),
    ]);
  });

  it('is 207 when only some did, and says which, in the audit log too.', async () => {
    const group = new FakeGroup([willing(1), silent(2), refusing(3)]);
    const { ask } = await openPagesOf(group);
    const body = JSON.stringify(LEVEL);
    const answer = await ask('/api/v1/log-levels', { method: 'POST', headers: AS_JSON, body });
    expect([answer.status, JSON.parse(answer.body)]).toEqual([
      207,
      expect.objectContaining({
        data: [{ worker: 1, value: LEVELS }],
        outcomes: [
          { worker: 1, status: 'done' },
          { worker: 2, status: 'silent' },
          { worker: 3, status: 'failed', error: 'the disk is full' },
        ],
      }),
    ]);
    const { data } = JSON.parse((await ask('/api/v1/operations')).body) as {
      data: { audit: object[] };
    };
    expect(data.audit).toEqual([expect.objectContaining({ outcome: 'partial' })]);
  });

  it('goes by workers that stay: one that ends is not missed.', async () => {
    const { status, body } = await setLevel([
      willing(1),
      { ...silent(2), state: 'DRAINING' },
      { ...silent(3), state: 'BOOTING' },
    ]);
    expect([status, (JSON.parse(body) as { outcomes: object[] }).outcomes]).toEqual([
      207,
      [
        { worker: 1, status: 'done' },
        { worker: 3, status: 'silent' },
      ],
    ]);
  });

  it('reaches workers with a blocked event loop, which carry it out later.', async () => {
    const asked: number[] = [];
    const blocked = { id: 2, state: 'STALLED', run: () => void asked.push(2) };
    const { status } = await setLevel([willing(1), blocked]);
    expect([status, asked]).toEqual([200, [2]]);
  });

  it('is done by workers that have nothing to tell.', async () => {
    const { status, body } = await setLevel([{ id: 1, run: () => undefined }]);
    expect([status, (JSON.parse(body) as { outcomes: object[] }).outcomes]).toEqual([
      200,
      [{ worker: 1, status: 'done' }],
    ]);
  });

  it('is a 502 problem when none did.', async () => {
    const { status, headers, body } = await setLevel([silent(2), refusing(3)]);
    expect(headers['content-type']).toContain('application/problem+json');
    expect([status, JSON.parse(body)]).toEqual([
      502,
      {
        title: 'Bad Gateway',
        status: 502,
        detail: 'the disk is full',
        code: 'ERR_BUTTRESS_META_OPERATION',
        outcomes: [
          { worker: 2, status: 'silent' },
          { worker: 3, status: 'failed', error: 'the disk is full' },
        ],
      },
    ]);
  });

  it('is refused before any worker is asked when it is invalid.', async () => {
    const asked: string[] = [];
    const worker = { id: 1, run: (name: string) => void asked.push(name) };
    const { status, body } = await setLevel([worker], { ...LEVEL, level: 'loud' });
    expect([status, asked]).toEqual([400, []]);
    expect(JSON.parse(body)).toMatchObject({ detail: expect.stringContaining('level must be') });
  });
});

describe('An operation', () => {
  it('is PARTIAL when only some workers carried it out, and its page says which.', async () => {
    const group = new FakeGroup([willing(1), refusing(2)]);
    group.offered.push({ name: 'flush', access: 'operate', about: { title: 'Flush' } });
    const { ask } = await openPagesOf(group);
    const started = await ask('/api/v1/operations/flush', {
      method: 'POST',
      headers: AS_JSON,
      body: '{}',
    });
    const path = started.headers['location'] as string;
    const run = await until('the end', async () => {
      const { data } = JSON.parse((await ask(path)).body) as { data: { state: string } };
      return data.state !== 'RUNNING' && data;
    });
    expect(run).toMatchObject({
      state: 'PARTIAL',
      outcomes: [
        { worker: 1, status: 'done' },
        { worker: 2, status: 'failed', error: 'the disk is full' },
      ],
    });
    const page = await ask(path.replace('/api/v1', ''), { headers: AS_HTML });
    expect(page.body).toContain('the disk is full');
  });

  it.each([
    ['one worker has met', [true, false], 'DONE', ['settings.keep']],
    ['no worker has met', [false, false], 'FAILED', []],
  ])('that holds an address down which %s is %s.', async (_, known, state, kept) => {
    const address = '10.0.0.1:80';
    const worker = (isKnown: boolean, id: number): FakeWorker => {
      return { id, run: () => ({ address, isKnown, forMs: 600_000 }) };
    };
    const group = new FakeGroup(known.map(worker));
    group.offered.push({ name: 'connections.hold-down', access: 'operate' });
    const { ask } = await openPagesOf(group);
    const { headers } = await ask('/api/v1/operations/connections.hold-down', {
      method: 'POST',
      headers: AS_JSON,
      body: JSON.stringify({ address }),
    });
    const run = await until('the end', async () => {
      const { body } = await ask(headers['location'] as string);
      const { data } = JSON.parse(body) as { data: { state: string } };
      return data.state !== 'RUNNING' && data;
    });
    expect(run).toMatchObject({ state });
    expect(group.ranInPrimary.map(({ name }) => name)).toEqual(kept);
  });

  it.each(['cpu-profile', 'heap-profile', 'diagnostic-report'])(
    'on a worker that is not there is a 404 at once: %s.',
    async (name) => {
      const { ask } = await startPagesApp({
        allow: ['cpu-profile', 'heap-profile', 'diagnostic-report'],
      });
      const answer = await ask(`/api/v1/operations/${name}`, {
        method: 'POST',
        headers: AS_JSON,
        body: '{"worker":99}',
      });
      expect([answer.status, JSON.parse(answer.body)]).toEqual([
        404,
        expect.objectContaining({ detail: 'There is no worker 99' }),
      ]);
    },
  );
});
