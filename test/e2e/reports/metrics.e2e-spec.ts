import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import { beforeAll, describe, expect, it } from 'vitest';

import { freePort } from '../../support/free-port.ts';
import { requestText } from '../../support/raw-connection.ts';
import {
  endGroup,
  openGroup,
  type Page,
  PATIENT,
  type TestGroup,
} from '../../support/test-group.ts';
import { until } from '../../support/until.ts';
import { untilReporting } from './start-reporting-group.ts';

const run = promisify(execFile);

const COUNT_ROUTE =
  '{http_request_method="GET",http_route="/count",http_response_status_code="200"}';

/** One group for all tests; the last one blocks a worker. */
let group: TestGroup;
/** Where it serves metrics alone. */
let metricsPort = 0;
/** How often it has counted. */
let count = 0;

/** Asks until every worker has counted. */
async function countInAll(): Promise<void> {
  const pids = new Set<number>();
  await until('an answer of every worker', async () => {
    const { status, body } = await group.get('/count');
    if (status !== 200) throw new Error(`answered ${status}: ${body}`);
    count++;
    pids.add(Number(/"pid":(\d+)/.exec(body)?.[1]));
    return pids.size === 2;
  });
}

function valueOf(page: string, series: string): number | undefined {
  const line = page.split('\n').find((one) => one.startsWith(`${series} `));
  return line === undefined ? undefined : Number(line.slice(series.length));
}

/** The slots whose figures are on the page. */
function slotsOn(page: string): string[] {
  const sample = /^process_resident_memory_bytes\{role="worker",slot="(\d)"\} \d+/gm;
  return [...page.matchAll(sample)].map(([, slot = '']) => slot).toSorted();
}

/** The page with both workers on it: a busy machine may leave one out once. */
function wholePage(headers?: Record<string, string>): Promise<Page> {
  return until('a page of both workers', async () => {
    const page = await group.page('/metrics', headers);
    return slotsOn(page.body).length === 2 && page;
  });
}

describe('metrics of a group', () => {
  beforeAll(async () => {
    metricsPort = await freePort();
    group = await openGroup({
      app: 'logging.app',
      options: { workers: 2, acceptQueue: PATIENT, metrics: { port: metricsPort } },
    });
    await untilReporting(group, 2);
    return () => endGroup(group);
  });

  it('add up over all workers, ours and the application’s', async () => {
    await countInAll();
    const { body } = await wholePage();
    expect(valueOf(body, 'app_counted_total')).toBe(count);
    expect(valueOf(body, 'app_sizes_bytes_bucket{le="1000"}')).toBe(count);
    const requests = 'http_server_request_duration_seconds';
    expect(valueOf(body, `${requests}_count${COUNT_ROUTE}`)).toBe(count);
    expect(slotsOn(body)).toEqual(['0', '1']);
    for (const name of [
      'nodejs_eventloop_delay_seconds',
      'v8js_gc_duration_seconds',
      'v8js_memory_heap_used_bytes',
    ]) {
      expect(body).toContain(`# TYPE ${name}`);
    }
  });

  it('satisfy promtool, and are OpenMetrics when that is asked for', async () => {
    await countInAll();
    const plain = await wholePage();
    expect(plain.contentType).toBe('text/plain; version=0.0.4; charset=utf-8');
    await expect(lint(plain.body)).resolves.toBe('');
    const open = await wholePage({ accept: 'application/openmetrics-text' });
    expect(open.contentType).toContain('application/openmetrics-text; version=1.0.0');
    expect(open.body).toMatch(/^# TYPE app_counted counter\napp_counted_total \d+$/m);
    expect(open.body.endsWith('# EOF\n')).toBe(true);
  });

  it('stand alone on a listener that shows nothing else', async () => {
    await countInAll();
    await wholePage();
    const url = `http://127.0.0.1:${metricsPort}`;
    const answer = await fetch(`${url}/metrics`);
    expect(answer.headers.get('content-type')).toContain('text/plain; version=0.0.4');
    expect(valueOf(await answer.text(), 'app_counted_total')).toBe(count);
    const others = ['/', '/workers', '/api/v1/workers', '/livez'].map(async (path) => {
      return (await fetch(url + path)).status;
    });
    expect(await Promise.all(others)).toEqual([404, 404, 404, 404]);
    expect((await fetch(`${url}/metrics`, { method: 'POST' })).status).toBe(405);
    const head = await fetch(`${url}/metrics`, { method: 'HEAD' });
    expect([head.status, await head.text()]).toEqual([200, '']);
  });

  it('show one statistic by its name, and a 404 for one that is not there', async () => {
    await countInAll();
    const { data } = await until('what both tell', async () => {
      const envelope = await group.envelope('/api/v1/stats/app.counted');
      return envelope.workers.answered === 2 && envelope;
    });
    expect(data).toMatchObject({ kind: 'counter', series: [{ data: { total: count } }] });
    expect((await group.page('/api/v1/stats/nothing')).status).toBe(404);
  });

  it('come in time and with what it told last while a worker is silent', async () => {
    await countInAll();
    await wholePage();
    group.connect().send(requestText('/block/8000'));
    await until('a stalled worker', async () => {
      return (await group.workers()).some(({ state }) => state === 'STALLED');
    });
    const { body, tookMs } = await group.page('/metrics');
    expect(tookMs).toBeLessThan(2_500);
    expect(slotsOn(body)).toHaveLength(2);
    expect(valueOf(body, 'app_counted_total')).toBe(count);
    expect(valueOf(body, 'buttress_scrape_workers{state="stale"}')).toBe(1);
    const stats = await group.envelope('/api/v1/stats');
    expect(stats.workers).toMatchObject({ expected: 2, answered: 1 });
  });
});

/** What promtool complains of; nothing where it is not installed. */
async function lint(metrics: string): Promise<string> {
  const checked = run('promtool', ['check', 'metrics']);
  checked.child.stdin?.end(metrics);
  try {
    const { stdout, stderr } = await checked;
    return stdout + stderr;
  } catch (error) {
    const {
      code,
      stderr = '',
      stdout = '',
    } = error as { code: unknown; stderr?: string; stdout?: string };
    const isOptional = code === 'ENOENT' && process.env['PROMTOOL'] !== 'required';
    return isOptional ? '' : `failed with ${String(code)}: ${stdout}${stderr}`;
  }
}
