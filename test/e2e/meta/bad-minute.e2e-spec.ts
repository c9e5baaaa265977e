import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { describe, expect, it, onTestFinished } from 'vitest';

import { openViewer } from '../../support/kept-viewer.ts';
import { requestText } from '../../support/raw-connection.ts';
import { PATIENT, startGroup, type TestGroup } from '../../support/test-group.ts';
import { until } from '../../support/until.ts';
import { untilReporting } from '../reports/start-reporting-group.ts';

interface Incident {
  text: string;
  cause?: string;
  endedAt: string | null;
}

interface Overview {
  incidents: Incident[];
  service: { name: string };
  now: { stale: number; workers: number; rssBytes: number; lagMs: number } | null;
  history: { at: string; requests: number; workers: number; rssBytes: number }[];
  lanes: { slot: number; lagMs: (number | null)[] }[];
}

interface OneRequest {
  waterfall: { blockedMs: number; spans: { kind: string; name: string }[] } | null;
  request: object | null;
  logs: { record: { context?: string; msg?: string; err?: { stack: string } } }[];
}

interface Exit {
  id: number;
  evidence: object | null;
}

function isBlock(text: string): boolean {
  return /LoggingController.block|block \(/.test(text);
}

function isSilence({ text }: Incident): boolean {
  return /primary has not answered/.test(text);
}

/** Latest slow request whose gap is named. */
async function slowWithItsBlock(group: TestGroup) {
  const { slow: all } = await group.read<{ slow: { id: string; route: string }[] }>(
    '/api/v1/requests',
  );
  for (const slow of all.filter(({ route }) => route === '/block/:ms')) {
    // oxlint-disable-next-line no-await-in-loop -- one request after another
    const one = await group.read<OneRequest>(`/api/v1/requests/${slow.id}`);
    if ((one.waterfall?.blockedMs ?? 0) > 1_000) return { slow, ...one };
  }
  return undefined;
}

const AS_HTML = { accept: 'text/html' };

function overview(group: TestGroup): Promise<Overview> {
  return group.read<Overview>('/api/v1/overview');
}

async function start(env: Readonly<Record<string, string>> = {}): Promise<TestGroup> {
  const group = await startGroup({
    app: 'logging.app',
    env,
    options: { workers: 2, acceptQueue: PATIENT, drain: { idleGraceMs: 100 } },
  });
  await untilReporting(group, 2);
  await until('a history of both workers', async () => {
    return (await overview(group)).now?.workers === 2;
  });
  return group;
}

describe('The overview in a bad minute', () => {
  it('keeps the last figures of all workers while all are blocked, and says that they are old.', async () => {
    const group = await start();
    const { now: before } = await overview(group);
    for (const _ of [1, 2]) group.connect().send(requestText('/block/8000'));
    const during = await until('figures that are old', async () => {
      const seen = await overview(group);
      return seen.now?.stale === 2 && seen;
    });
    expect(during.service.name).not.toBe('');
    expect(during.now?.rssBytes).toBeGreaterThan((before?.rssBytes ?? 0) / 2);
    expect(during.now?.lagMs).toBeGreaterThan(0);
    expect(during.history.length).toBeGreaterThan(2);
    expect((await group.page('/stats/nodejs.eventloop_delay', AS_HTML)).status).toBe(200);
    const { body, status } = await group.page('/', AS_HTML);
    expect(status).toBe(200);
    expect(body).toContain('2 of 2 workers silent');
    // Nothing was answered, which is not the same as nothing failed.
    expect(body).not.toMatch(/Failed \(5xx\)[\s\S]{0,120}>0 %</);

    await group.untilAllReady();
    const after = await until('the block in both lanes', async () => {
      const seen = await overview(group);
      const blocked = seen.lanes.filter(({ lagMs }) => lagMs.some((ms) => (ms ?? 0) > 3_000));
      return seen.now?.stale === 0 && blocked.length === 2 && seen;
    });
    expect(after.now?.workers).toBe(2);
  });

  it('names the gap in a request by the line that blocked the event loop.', async () => {
    const group = await start();
    // While the machine stands still, the sentinel takes no stack: a busy one is no blocked loop.
    const { slow, waterfall, logs } = await until(
      'a request with its block',
      async () => {
        await group.get('/block/2000');
        return slowWithItsBlock(group);
      },
      { withinMs: 60_000 },
    );
    expect(waterfall?.blockedMs).toBeGreaterThan(1_000);
    const blocked = waterfall?.spans.find(({ kind }) => kind === 'blocked');
    expect(blocked?.name).toMatch(/event loop blocked at .*block .*logging\.app/);
    expect(logs.map(({ record }) => record.context)).toContain('access');
    const { body } = await group.page(`/requests/${slow.id}`, AS_HTML);
    expect(body).toContain('class="time-blocked"');
  });

  it('says what is known while the primary stands still, and that it does.', async () => {
    const group = await start();
    const look = openViewer(group.pages());
    const incidents = async (): Promise<Incident[]> => {
      const { body } = await look('/api/v1/overview');
      return (JSON.parse(body) as { data: { incidents: Incident[] } }).data.incidents;
    };
    await incidents();
    group.signal('SIGSTOP');
    try {
      await until('an incident', async () => (await incidents()).some(isSilence));
      expect(await look('/', AS_HTML)).toEqual({
        status: 200,
        body: expect.stringContaining('No answer from the primary'),
      });
      const { status, body } = await look('/api/v1/workers');
      expect([status, JSON.parse(body)]).toEqual([
        200,
        expect.objectContaining({ primarySilentSince: expect.stringMatching(/^20.*Z$/) }),
      ]);
      expect((await look('/readyz')).status).toBe(503);
    } finally {
      group.signal('SIGCONT');
    }
    await until('its end', async () => {
      const silence = (await incidents()).find(isSilence);
      return silence !== undefined && silence.endedAt !== null;
    });
    expect((await look('/api/v1/workers')).body).not.toContain('primarySilentSince');
  });

  it('keeps the logs and the error of a failed request when newer logs have displaced them.', async () => {
    const group = await start();
    await until('a failure', async () => (await group.get('/fail')).status === 500);
    const failed = await until('its record', async () => {
      const all = await group.read<{ failed: { id: string }[] }>('/api/v1/requests');
      return all.failed[0];
    });
    await until('newer logs', async () => {
      await Promise.all([1, 2].map(() => group.get('/flood/600')));
      const path = `/api/v1/logs?request=${failed.id}&kind=other`;
      const recent = await group.read<{ value: object[] }[]>(path);
      return recent.every(({ value }) => value.length === 0);
    });
    // The worker, busy with the flood, may answer too late.
    const { error, logs } = await until('its own logs', async () => {
      const all = await group.read<OneRequest>(`/api/v1/requests/${failed.id}`);
      const [first] = all.logs.flatMap(({ record }) => record.err ?? []);
      return first !== undefined && { error: first, logs: all.logs };
    });
    expect(error.stack).toContain('logging.app');
    expect(logs.map(({ record }) => record.context)).toContain('access');
  });

  it('has the logs of a request whose record is not kept.', async () => {
    const group = await start();
    const unkept = await until('a request without a record', async () => {
      const { headers } = await group.get('/say/log');
      const id = headers.get('x-request-id') ?? '';
      const one = await group.read<OneRequest>(`/api/v1/requests/${id}`);
      return one.request === null && { id, ...one };
    });
    expect(unkept.logs.map(({ record }) => record.msg)).toContain('said log');
    const { body } = await group.page(`/requests/${unkept.id}`, AS_HTML);
    expect(body).toContain('not kept any more');
  });

  it('remembers what a worker did that is gone, and why.', async () => {
    const group = await start();
    await until('a failure', async () => (await group.get('/fail')).status === 500);
    await until('a crash', async () => {
      await group.get('/crash').catch(() => undefined);
      return group.log.some(({ msg }) => msg === 'worker ended');
    });
    await group.untilAllReady();
    const errors = await until('errors of a worker that is gone', async () => {
      const [workers, all] = await Promise.all([
        group.workers(),
        group.read<{ worker: number; value: { message: string }[] }[]>('/api/v1/errors'),
      ]);
      const present = new Set(workers.map(({ id }) => id));
      return all.find(({ worker, value }) => !present.has(worker) && value.length > 0);
    });
    expect(errors.value.map(({ message }) => message)).toContain('as asked');
    const logs = await group.read<{ worker: number; value: { msg?: string }[] }[]>('/api/v1/logs');
    const last = logs.find(({ worker }) => worker === errors.worker);
    expect(last?.value.map(({ msg }) => msg)).toContain('very last words');
    // A process has ended before its last output is read.
    const { evidence } = await until('its exit', async () => {
      const { exits } = await group.read<{ exits: Exit[] }>('/api/v1/exits');
      return exits.find(({ id }) => id === errors.worker);
    });
    expect(evidence).toMatchObject({
      error: { stack: expect.stringContaining('logging.app') },
      pulse: { rssBytes: expect.any(Number) },
    });
    // The history keeps what it told, and its successor's in the same lane.
    const { history } = await overview(group);
    expect(history.every(({ rssBytes }) => rssBytes > 0)).toBe(true);
  });

  it('keeps what was wrong after the end of the worker and of the pages.', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'test-'));
    onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
    const group = await start({ TMPDIR: directory });
    const causes = async (): Promise<string[]> =>
      (await overview(group)).incidents.map(({ cause = '' }) => cause);
    await until(
      'the block',
      async () => {
        await group.get('/block/1500');
        return (await causes()).some(isBlock);
      },
      { everyMs: 2_000 },
    );
    const [first] = await group.untilAllReady();
    process.kill(first?.pid ?? 0, 'SIGKILL');
    await until('its end', async () =>
      (await overview(group)).incidents.some(({ text }) => text.includes('ended')),
    );
    await group.untilAllReady();
    expect((await causes()).some(isBlock)).toBe(true);

    const pages = group.log.find(({ msg }) => msg === 'meta process ready')?.['pid'];
    await until('a file of incidents', () => {
      const own = readdirSync(directory).find((name) => name.startsWith('buttress-')) ?? '';
      const text = readFileSync(join(directory, own, 'incidents.json'), 'utf8');
      return isBlock(text) && text.includes('ended');
    });
    process.kill(Number(pages), 'SIGKILL');
    await until('new pages', () => {
      return group.log.filter(({ msg }) => msg === 'meta process ready').length === 2;
    });
    const { incidents } = await until('what was wrong', async () => overview(group));
    expect(incidents.some(({ cause = '' }) => isBlock(cause))).toBe(true);
    expect(incidents.some(({ text }) => text.includes('ended'))).toBe(true);
  });
});
