import { Test } from '@nestjs/testing';
import { describe, expect, it } from 'vitest';

import { presentRootLogger } from '../../../lib/logging/root-logger.ts';
import { AS_HTML, AS_JSON, NASTY, type PagesApp, startPagesApp } from '../../support/pages-app.ts';
import { until } from '../../support/until.ts';

describe('operations', () => {
  interface Run {
    id: string;
    state: string;
    result: { functions: unknown[]; lines: unknown[]; samples: number };
    artifacts: { id: string; name: string }[];
  }

  async function start(pages: PagesApp, name: string, input: object): Promise<Run> {
    const answer = await pages.ask(`/api/v1/operations/${name}`, {
      method: 'POST',
      headers: AS_JSON,
      body: JSON.stringify(input),
    });
    expect([answer.status, answer.body]).toEqual([202, expect.stringContaining('"id"')]);
    const run = JSON.parse(answer.body) as Run;
    expect(answer.headers['location']).toBe(`/api/v1/operations/${run.id}`);
    return run;
  }

  function ended(pages: PagesApp, { id }: Run): Promise<Run> {
    return until(
      'the end of it',
      async () => {
        const { data } = await pages.json<{ data: Run }>(`/api/v1/operations/${id}`);
        return data.state !== 'RUNNING' && data;
      },
      { withinMs: 30_000, everyMs: 100 },
    );
  }

  it('take a CPU profile and tell what was hot, one at a time', async () => {
    const pages = await startPagesApp({ allow: ['cpu-profile', 'heap-profile'] });
    const run = await start(pages, 'cpu-profile', { seconds: 1 });
    const second = await pages.ask('/api/v1/operations/heap-profile', {
      method: 'POST',
      headers: AS_JSON,
      body: '{}',
    });
    expect(second.status).toBe(409);
    const done = await ended(pages, run);
    expect(done.state).toBe('DONE');
    expect(done.result.samples).toBeGreaterThan(0);
    expect(done.artifacts.map(({ name }) => name)).toEqual([
      'merged.cpuprofile',
      'worker-0.cpuprofile',
    ]);
    const file = await pages.ask(`/api/v1/artifacts/${done.artifacts[0]?.id}`);
    expect(file.headers['content-disposition']).toBe('attachment; filename="merged.cpuprofile"');
    expect(JSON.parse(file.body)).toMatchObject({
      nodes: expect.any(Array),
      samples: expect.any(Array),
    });
    const page = await pages.ask(`/operations/${run.id}`, { headers: AS_HTML });
    expect(page.body).toContain('Hottest functions');
    expect(page.body).toContain('Flame graph');
    expect(JSON.stringify(done.result)).not.toContain('node:inspector');
  });

  it('take a heap profile, a report without the environment, and a bundle of all pages', async () => {
    process.env['META_TEST_SECRET'] = 'not-for-reports';
    const pages = await startPagesApp({ allow: ['heap-profile', 'diagnostic-report'] });
    const heap = await ended(pages, await start(pages, 'heap-profile', { seconds: 1 }));
    expect([heap.state, heap.artifacts.length]).toEqual(['DONE', 1]);
    const report = await ended(pages, await start(pages, 'diagnostic-report', {}));
    const text = (await pages.ask(`/api/v1/artifacts/${report.artifacts[0]?.id}`)).body;
    expect(JSON.parse(text)).toMatchObject({
      environmentVariables: '[redacted]',
      header: expect.any(Object),
    });
    expect(text).not.toContain('not-for-reports');
    for (let n = 0; n < 400; n++) presentRootLogger()?.logger.info(`line ${n} of many`);
    const bundle = await ended(pages, await start(pages, 'incident-bundle', { note: NASTY }));
    const html = (await pages.ask(`/api/v1/artifacts/${bundle.artifacts[0]?.id}`)).body;
    expect(html).toContain('<section id="workers">');
    expect(html).toContain('line 0 of many');
    expect(html).not.toContain('<script>alert');
    expect(html).not.toContain('not-for-reports');
  });

  it('can be cancelled, and leave what they had', async () => {
    const pages = await startPagesApp({ allow: ['cpu-profile'] });
    const run = await start(pages, 'cpu-profile', { seconds: 60 });
    const answer = await pages.ask(`/api/v1/operations/${run.id}`, { method: 'DELETE' });
    expect(JSON.parse(answer.body)).toMatchObject({ state: 'CANCELLED' });
    await until('room for another', async () => {
      const next = await pages.ask('/api/v1/operations/cpu-profile', {
        method: 'POST',
        headers: AS_JSON,
        body: '{"seconds":1}',
      });
      const { id } = JSON.parse(next.body) as { id: string };
      return next.status === 202 && (await ended(pages, { id } as Run)).state === 'DONE';
    });
  });

  it('check what they are given', async () => {
    const pages = await startPagesApp({ allow: ['cpu-profile', 'heap-snapshot'] });
    const statusOf = async (name: string, body: string): Promise<number> =>
      (await pages.ask(`/api/v1/operations/${name}`, { method: 'POST', headers: AS_JSON, body }))
        .status;
    expect(await statusOf('cpu-profile', '{"seconds":1,"path":"/etc/passwd"}')).toBe(400);
    expect(await statusOf('cpu-profile', '{"seconds":"many"}')).toBe(400);
    expect(await statusOf('cpu-profile', '[1]')).toBe(400);
    expect(await statusOf('heap-snapshot', '{"worker":0}')).toBe(400);
    expect(await statusOf('heap-snapshot', '{"worker":0,"confirm":"yes"}')).toBe(400);
    expect(await statusOf('nothing', '{}')).toBe(404);
  });
});

describe('a check with an indicator of terminus', () => {
  it('takes what the indicator returns', async () => {
    const { HealthIndicatorService } = await import('@nestjs/terminus');
    const { failureOf } = await import('../../../lib/common/checks/check-failure.ts');
    const module = await Test.createTestingModule({
      providers: [HealthIndicatorService],
    }).compile();
    const check = module.get(HealthIndicatorService).check('database');
    expect(failureOf(check.up())).toBeUndefined();
    expect(failureOf(check.down('no route'))).toBe('database: no route');
  });
});
