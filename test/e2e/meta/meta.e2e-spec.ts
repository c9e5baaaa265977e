import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';

import { freePort } from '../../support/free-port.ts';
import {
  accountOf,
  endGroup,
  openGroup,
  startGroup,
  type TestGroup,
  USED_TRANSPORT,
} from '../../support/test-group.ts';
import { until } from '../../support/until.ts';

interface Answer {
  at: string;
  workers: { expected: number; answered: number; missing: number[] };
  data: Record<string, unknown>[];
}

function metaUrl(group: TestGroup): string {
  const page = group.log.find(({ msg }) => msg.startsWith('pages on '));
  return page?.msg.replace('pages on ', '') ?? '';
}

async function read(group: TestGroup, path: string): Promise<Answer> {
  const response = await fetch(`${metaUrl(group)}${path}`);
  return (await response.json()) as Answer;
}

async function statusOf(url: string): Promise<number> {
  return (await fetch(url)).status;
}

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

describe('the pages of a group', () => {
  /** One group for all of these: each leaves it with all of its workers READY. */
  let group: TestGroup;

  beforeAll(async () => {
    group = await openGroup({ app: 'lab.app' });
    await group.untilAllReady();
    return () => endGroup(group);
  });

  it('tell of the workers and queues, in one envelope', async () => {
    await group.get('/lab/who');
    const workers = await until('an answer of both', async () => {
      const answer = await read(group, '/api/v1/workers');
      return answer.workers.answered === 2 && answer;
    });
    expect(workers.workers).toEqual({ expected: 2, answered: 2, missing: [] });
    expect(Date.parse(workers.at)).toBeGreaterThan(0);
    expect(workers.data[0]).toMatchObject({ slot: 0, state: 'READY', restarts: 0, lastExit: null });
    const queues = await read(group, '/api/v1/accept-queue');
    expect(queues.data.map(({ transport }) => transport)).toEqual([USED_TRANSPORT, USED_TRANSPORT]);
    const queue = await group.untilQueue('at rest', ({ pending }) => pending === 0);
    expect(queue.accepted).toBe(1);
    expect(accountOf(queue)).toBe(1);
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
      const response = await fetch(metaUrl(group), { headers: { accept: 'text/html' } });
      expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
      const text = await response.text();
      return text.includes('2 of 2 workers heard') && text;
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

describe('what belongs to the pages of a group', () => {
  it('name a worker whose liveness check fails, with the failure', async () => {
    // A check may fail for an hour: the worker stays to be looked at.
    const recycle = { samples: 720 };
    const group = await startGroup({ app: 'unwell.app', options: { workers: 2, recycle } });
    expect((await group.get('/sicken')).status).toBe(200);
    const error = 'returned false';
    const failure = `Patient.isWell: ${error}`;
    const sick = await until('a worker whose check fails', async () => {
      const { data } = await read(group, '/api/v1/workers');
      return data.find(({ livenessFailure }) => livenessFailure === failure);
    });
    expect(sick).toMatchObject({ part: 'current', requests: 1 });
    const { data } = await read(group, '/api/v1/overview');
    expect(data).toHaveProperty('problems', [
      {
        severity: 'poor',
        text: `Worker ${String(sick['id'])} fails its liveness check: ${failure}`,
        href: '/liveness',
      },
    ]);
    const { data: checks } = await read(group, '/api/v1/liveness');
    expect(checks).toContainEqual({
      worker: sick['id'],
      value: [expect.objectContaining({ name: 'Patient.isWell', status: 'down', error })],
    });
    for (const page of ['/', '/workers', '/liveness']) {
      // oxlint-disable-next-line no-await-in-loop -- one after another
      expect([page, (await group.page(page, HTML)).body]).toEqual([
        page,
        expect.stringContaining(error),
      ]);
    }
  });

  it('tell readiness by the workers, and liveness without them; so do the probes', async () => {
    const port = await freePort();
    const group = await startGroup({ app: 'lab.app', options: { probes: { port } } });
    const bases = [metaUrl(group), `http://127.0.0.1:${port}`];
    for (const base of bases) {
      // oxlint-disable-next-line no-await-in-loop -- one after another
      expect([await statusOf(`${base}/livez`), await statusOf(`${base}/readyz`)]).toEqual([
        200, 200,
      ]);
    }
    await group.freezeAll(3_000);
    for (const base of bases) {
      // oxlint-disable-next-line no-await-in-loop -- one after another
      expect([await statusOf(`${base}/livez`), await statusOf(`${base}/readyz`)]).toEqual([
        200, 503,
      ]);
    }
    await until('readiness again', async () => (await statusOf(`${bases[1]}/readyz`)) === 200);
    expect(await statusOf(`${bases[1]}/other`)).toBe(404);
  });

  it('come back on the same port when their process dies', async () => {
    const group = await startGroup({ app: 'lab.app' });
    const url = metaUrl(group);
    const ready = group.log.find(({ msg }) => msg === 'meta process ready');
    process.kill(Number(ready?.['pid']), 'SIGKILL');
    await until('a new meta process', () => {
      return group.log.filter(({ msg }) => msg === 'meta process ready').length === 2;
    });
    await until('an answer', async () => (await statusOf(`${url}/readyz`)) === 200);
    expect((await read(group, '/api/v1/workers')).data).toHaveLength(2);
  });

  it('talk over a socket that nobody else can reach, and leave nothing behind', async () => {
    const temporary = mkdtempSync(join(tmpdir(), 'meta-'));
    vi.stubEnv('TMPDIR', temporary);
    onTestFinished(() => {
      vi.unstubAllEnvs();
      rmSync(temporary, { recursive: true });
    });
    const group = await startGroup({ app: 'lab.app', options: { workers: 1 } });
    const made = readdirSync(temporary).filter((name) => name.startsWith('buttress-'));
    expect(made).toHaveLength(1);
    expect(statSync(join(temporary, made[0] ?? '')).mode & 0o777).toBe(0o700);
    group.signal('SIGTERM');
    await group.untilExited();
    expect(readdirSync(temporary).filter((name) => name.startsWith('buttress-'))).toEqual([]);
  });
});
