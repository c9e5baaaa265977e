import { describe, expect, it } from 'vitest';

import { presentRootLogger } from '../../../lib/logging/root-logger.ts';
import { FakeGroup, openPagesOf } from '../../support/fake-group.ts';
import { AS_HTML, startPagesApp } from '../../support/pages-app.ts';

interface Part<T> {
  data: T;
  next: string | null;
}

/** Reads a list to its end. */
async function readAll<T>(
  ask: (path: string) => Promise<{ body: string }>,
  path: string,
): Promise<T[]> {
  const parts: T[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    // oxlint-disable-next-line no-await-in-loop -- one part after another
    const { body } = await ask(`${path}&cursor=${cursor}`);
    const { data, next } = JSON.parse(body) as Part<T>;
    parts.push(data);
    cursor = next;
  }
  return parts;
}

interface LogRow {
  worker: number;
  value: { time: string; number: number }[];
}

/** Records of a worker, several in each millisecond. */
function records(worker: number, count: number): object[] {
  return Array.from({ length: count }, (_, at) => ({
    time: 1_790_000_000_000 + Math.floor(at / 4),
    level: 30,
    number: worker * 1_000 + at,
  }));
}

describe('A list that can be long', () => {
  it('comes in parts, newest first, without gaps and repetition, while records come in.', async () => {
    const logs = [records(1, 40), records(2, 25)];
    const group = new FakeGroup(
      [1, 2].map((id) => ({ id, reports: { logs: () => logs[id - 1] } })),
    );
    const { ask } = await openPagesOf(group);
    const known = logs.flat().map((one) => (one as { number: number }).number);
    const parts = await readAll<LogRow[]>(async (path) => {
      const answer = await ask(path);
      logs[0]?.push({ time: 1_790_000_009_999, level: 30, number: 9_999 });
      return answer;
    }, '/api/v1/logs?limit=7');
    expect(parts.map((part) => part.flatMap(({ value }) => value).length)).toEqual([
      ...Array<number>(9).fill(7),
      2,
    ]);
    const numbers = parts.flatMap((part) => part.flatMap(({ value }) => value));
    expect(numbers.map(({ number }) => number).toSorted((a, b) => a - b)).toEqual(known);
    const times = parts.map((part) => part.flatMap(({ value }) => value.map(({ time }) => time)));
    for (const [at, later] of times.slice(1).entries()) {
      expect(later.toSorted().at(-1)! <= times[at]!.toSorted()[0]!).toBe(true);
    }
  });

  it('is read with a link to older ones on the page of logs.', async () => {
    const { ask } = await startPagesApp();
    for (let n = 0; n < 5; n++) presentRootLogger()?.logger.info(`line ${n}`);
    const page = await ask('/logs?limit=2', { headers: AS_HTML });
    const older = /href="(\/logs\?[^"]*cursor=[^"]+)">Older/.exec(page.body)?.[1];
    expect(page.body).toContain('line 4');
    const next = await ask((older ?? '').replaceAll('&amp;', '&'), { headers: AS_HTML });
    expect([next.status, next.body.includes('line 4'), next.body.includes('line 2')]).toEqual([
      200,
      false,
      true,
    ]);
  });

  it.each(['requests', 'errors', 'exits', 'journal', 'operations'])(
    'has an end: %s.',
    async (page) => {
      const { ask, fetch } = await startPagesApp();
      await fetch('/fail');
      await fetch('/orders/1');
      const parts = await readAll(ask, `/api/v1/${page}?limit=1`);
      expect(parts.length).toBeGreaterThan(0);
      const { next } = JSON.parse((await ask(`/api/v1/${page}`)).body) as Part<unknown>;
      expect(next).toBeNull();
    },
  );
});

describe('A parameter', () => {
  it.each([
    ['/api/v1/logs?limit=x', '"limit" must be an integer from 1 to 1000'],
    ['/api/v1/logs?limit=0', '"limit" must be an integer from 1 to 1000'],
    ['/api/v1/logs?limit=1001', '"limit" must be an integer from 1 to 1000'],
    ['/api/v1/logs?cursor=abc', '"cursor" must be `next` of a previous answer'],
    ['/api/v1/logs?cursor=eyJhIjoxfQ', '"cursor" must be `next` of a previous answer'],
    ['/api/v1/logs?level=loud', '"level" must be one of trace, debug, info, warn, error, fatal'],
    ['/api/v1/logs?after=yesterday', '"after" must be a time in ISO 8601 with a time zone'],
    ['/api/v1/overview?window=1h', '"window" must be one of 5m, 30m, 3h, 24h'],
    ['/api/v1/workers?worker=seven', '"worker" must be the id of a worker, or all'],
    ['/api/v1/workers?worker=0&worker=1', '"worker" may be given only once'],
    ['/api/v1/workers?format=xml', '"format" must be one of html, json'],
    ['/api/v1/workers?limit=2', 'There is no parameter "limit"; allowed: format, worker'],
    ['/api/v1/workers?__proto__=1', 'There is no parameter "__proto__"'],
    ['/api/v1/exits?worker=0', 'There is no parameter "worker"; allowed: cursor, format, limit'],
    ['/api/v1/app/ledger?q=1', 'There is no parameter "q"; allowed: format, worker'],
    ['/api/v1?x=1', 'There is no parameter "x"; none is allowed here'],
    ['/api/v1/openapi.json?x=1', 'There is no parameter "x"; none is allowed here'],
    ['/logs.json?level=loud', '"level" must be one of'],
  ])('that is unknown or wrong is a 400 that says what is allowed: %s.', async (path, detail) => {
    const { ask } = await startPagesApp();
    const { status, headers, body } = await ask(path);
    expect(headers['content-type']).toContain('application/problem+json');
    expect([status, JSON.parse(body)]).toEqual([
      400,
      expect.objectContaining({
        code: 'ERR_BUTTRESS_META_QUERY',
        detail: expect.stringContaining(detail),
      }),
    ]);
  });

  it('is as strict on pages for people.', async () => {
    const { ask } = await startPagesApp();
    const page = await ask('/logs?level=loud', { headers: AS_HTML });
    expect([page.status, page.headers['content-type']]).toEqual([400, 'text/html; charset=utf-8']);
    expect(page.body).toContain('must be one of trace, debug');
    expect((await ask('/logs?q=&level=', { headers: AS_HTML })).status).toBe(200);
  });

  it('names a worker that is there, on every page that takes one.', async () => {
    const { ask, json } = await startPagesApp();
    const { paths } = await json<{ paths: Record<string, { get?: { parameters?: object[] } }> }>(
      '/api/v1/openapi.json',
    );
    const perWorker = Object.entries(paths).filter(
      ([path, { get }]) =>
        !path.includes('{') && JSON.stringify(get?.parameters ?? []).includes('"worker"'),
    );
    expect(perWorker.map(([path]) => path)).toContain('/api/v1/workers');
    for (const [path] of perWorker) {
      // oxlint-disable-next-line no-await-in-loop -- one after another
      const answers = [await ask(`${path}?worker=99`), await ask(`${path}?worker=0`)];
      expect([path, ...answers.map(({ status }) => status)]).toEqual([path, 404, 200]);
      expect(JSON.parse(answers[0]?.body ?? '')).toMatchObject({ detail: 'There is no worker 99' });
    }
  });
});
