import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { describe, expect, it, onTestFinished, vi } from 'vitest';

import { freePort } from '../../support/free-port.ts';
import { startGroup } from '../../support/test-group.ts';
import { until } from '../../support/until.ts';
import { metaUrl, read, statusOf } from './pages-of-group.ts';

const HTML = { accept: 'text/html' };

describe('the process of the pages', () => {
  it('names a worker whose liveness check fails, with the failure', async () => {
    // A check may fail for an hour: the worker stays to be looked at.
    const recycle = { samples: 720 };
    const group = await startGroup({ app: 'unwell.app', options: { workers: 2, recycle } });
    expect((await group.get('/sicken')).status).toBe(200);
    const error = 'returned false';
    const failure = `Patient.isWell: ${error}`;
    const sick = await until('a worker whose check fails', async () => {
      const { data } = await read(group, '/api/v1/workers');
      // Requests are measured each second.
      return data.find((row) => row['livenessFailure'] === failure && row['requests'] === 1);
    });
    expect(sick).toMatchObject({ part: 'current' });
    const { data } = await read(group, '/api/v1/overview');
    // A busy machine may block an event loop, too.
    const incident = expect.objectContaining({
      kind: 'worker',
      severity: 'poor',
      text: `Worker ${String(sick['id'])} fails its liveness check: ${failure}`,
      href: '/liveness',
      endedAt: null,
    });
    expect(data).toHaveProperty('incidents', expect.arrayContaining([incident]));
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

  it('reports readiness by the workers, and liveness without them; so do the probes', async () => {
    const port = await freePort();
    const group = await startGroup({ app: 'lab.app', options: { workers: 1, probes: { port } } });
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

  it('comes back on the same port when it dies', async () => {
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

  it('talks over a socket that nobody else can reach, and leaves nothing behind', async () => {
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
