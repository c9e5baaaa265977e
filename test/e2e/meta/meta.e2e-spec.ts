import { beforeAll, describe, expect, it } from 'vitest';

import type { OverloadFlow } from '../../../lib/meta/model/overload.ts';
import {
  accountOf,
  endGroup,
  openGroup,
  type TestGroup,
  USED_TRANSPORT,
} from '../../support/test-group.ts';
import { until } from '../../support/until.ts';
import { metaUrl, read, statusOf } from './pages-of-group.ts';

/** Blocks the worker that gets the request, and returns its id once it is known to be. */
async function blockOne(group: TestGroup, ms: number): Promise<number> {
  void group.get(`/lab/freeze?ms=${ms}`);
  return until('a stalled worker', async () => {
    const { data } = await read(group, '/api/v1/workers');
    const stalled = data.find(({ state }) => state === 'STALLED')?.['id'];
    return typeof stalled === 'number' && stalled;
  });
}

const HTML = { accept: 'text/html' };

interface Flow {
  flow: Pick<OverloadFlow, 'connections' | 'workers'>;
}

describe('the pages of a group', () => {
  /** One group for all of these: each leaves it with all of its workers READY. */
  let group: TestGroup;

  beforeAll(async () => {
    group = await openGroup({ app: 'lab.app' });
    await group.untilAllReady();
    return () => endGroup(group);
  });

  it('report the workers and queues, in one envelope', async () => {
    await group.get('/lab/who');
    const workers = await until('an answer of both', async () => {
      const answer = await read(group, '/api/v1/workers');
      return answer.workers.answered === 2 && answer;
    });
    expect(workers.workers).toEqual({ expected: 2, answered: 2, missing: [] });
    expect(Date.parse(workers.at)).toBeGreaterThan(0);
    expect(workers.data[0]).toMatchObject({ slot: 0, state: 'READY', restarts: 0, lastExit: null });
    const queues = await read(group, '/api/v1/accept-queue');
    // The pages have one process, to which the primary passes their connections.
    expect(new Map(queues.data.map(({ role, transport }) => [role, transport]))).toEqual(
      new Map([
        ['app', USED_TRANSPORT],
        ['meta', 'ipc'],
      ]),
    );
    const queue = await group.untilQueue('at rest', ({ pending }) => pending === 0);
    expect(queue.accepted).toBe(1);
    expect(accountOf(queue)).toBe(1);
  });

  it('follow the load from the network to the workers, without connections to the pages', async () => {
    await group.get('/lab/who');
    await group.untilQueue('at rest', ({ pending }) => pending === 0);
    const { connections, workers } = await until('rates', async () => {
      const { data } = (await read(group, '/api/v1/overload')) as unknown as { data: Flow };
      return data.flow.connections.offered.perSecond !== null && data.flow;
    });
    const { offered, handed, shed, waiting, pending, closed } = connections;
    expect(offered.total).toBe(2);
    expect(offered.total).toBe(handed.total + shed.total + waiting + pending + closed);
    expect(workers).toMatchObject({ ready: 2, all: 2 });
    const page = await (await fetch(`${metaUrl(group)}/overload`, { headers: HTML })).text();
    expect(page).toMatch(/connections dispatched, 2 in total/);
    expect(page).toContain('href="/overload" aria-current="page"');
    expect(page).not.toMatch(/<nav[\s\S]*href="\/accept-queue"[\s\S]*<\/nav>/);
  });

  it('show the options of the group with their sources', async () => {
    const { data } = (await read(group, '/api/v1/config')) as unknown as {
      data: { group: object[] };
    };
    expect(data.group).toContainEqual({ name: 'workers', value: 2, source: 'code' });
    expect(data.group).toContainEqual({
      name: 'drain.killAfterMs',
      value: 28_000,
      source: 'default',
    });
    const page = await fetch(`${metaUrl(group)}/config`, { headers: HTML });
    expect(await page.text()).toContain('acceptQueue.maxQueue');
  });

  it('say by worker whether the group is ready', async () => {
    const { data } = (await read(group, '/api/v1/health')) as unknown as {
      data: { isReady: boolean; workers: { state: string }[] };
    };
    expect(data.isReady).toBe(true);
    expect(data.workers.map(({ state }) => state)).toEqual(['READY', 'READY']);
    const page = await fetch(`${metaUrl(group)}/health`, { headers: HTML });
    expect(await page.text()).toContain('answers 200: the primary accepts connections');
  });

  it('answer under their other names, for one worker, and list themselves', async () => {
    expect((await read(group, '/workers.json')).data).toHaveLength(2);
    expect((await read(group, '/accept-queue.json')).data).toHaveLength(2);
    const [first] = (await read(group, '/api/v1/workers')).data;
    const one = await read(group, `/api/v1/workers?worker=${String(first?.['id'])}`);
    expect(one.data.map(({ id }) => id)).toEqual([first?.['id']]);
    expect(await read(group, '/api/v1')).toHaveProperty('links');
  });

  it('name a worker whose loop is blocked, and answer all the same', async () => {
    const id = await blockOne(group, 3_000);
    const { workers, data } = await read(group, '/api/v1/workers');
    expect(workers).toEqual({ expected: 2, answered: 1, missing: [id] });
    expect(data.find((row) => row['id'] === id)).toMatchObject({ state: 'STALLED' });
    await group.untilAllReady();
  });

  it('show a page without scripts of its own, under a strict policy', async () => {
    const page = await until('a page of both workers', async () => {
      const response = await fetch(metaUrl(group), { headers: HTML });
      expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
      const text = await response.text();
      return text.includes('2 of 2 workers reporting') && text;
    });
    expect(page).not.toMatch(/<script(?![^>]* src=)|<style| style=| on[a-z]+=/);
    const [, style = ''] = /href="([^"]+style\.css)"/.exec(page) ?? [];
    expect(await statusOf(`${metaUrl(group)}${style}`)).toBe(200);
  });

  it('answer errors as problems', async () => {
    const response = await fetch(`${metaUrl(group)}/api/v1/nothing`);
    expect(response.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(await response.json()).toMatchObject({ title: 'Not Found', status: 404 });
  });
});
