import { describe, expect, it } from 'vitest';

import { presentRootLogger } from '../../../lib/logging/root-logger.ts';
import { MAX_STREAMS } from '../../../lib/meta/streams/live-streams.ts';
import { Tail } from '../../../lib/reports/tail.ts';
import { FakeGroup, type FakeWorker, openPagesOf } from '../../support/fake-group.ts';
import { startPagesApp } from '../../support/pages-app.ts';
import { setupModule } from '../../support/setup-module.ts';
import { recordsOf, view } from '../../support/stream-viewer.ts';
import { until } from '../../support/until.ts';

/** Worker whose log a test writes, and which counts how often it was asked. */
function writer(id: number): FakeWorker & { tail: Tail<object>; asked: () => number } {
  const tail = new Tail<object>({ rows: 3 });
  let asked = 0;
  return {
    id,
    tail,
    asked: () => asked,
    run(name, input) {
      if (name !== 'logs.follow') throw new Error(`no ${name}`);
      asked++;
      return tail.since((input as { from: number | null }).from);
    },
  };
}

describe('A live stream', () => {
  it('of logs has what the application logs from now on, as lines, with times in ISO 8601.', async () => {
    const { address } = await startPagesApp();
    presentRootLogger()?.logger.info({ said: 'before' }, 'before');
    const viewer = await view(address, '/api/v1/logs?follow=1&q=SAID');
    expect([viewer.status, viewer.headers]).toEqual([
      200,
      expect.objectContaining({
        'content-type': 'application/x-ndjson; charset=utf-8',
        'cache-control': 'no-store',
        'x-accel-buffering': 'no',
        'x-content-type-options': 'nosniff',
      }),
    ]);
    expect(viewer.headers['content-encoding']).toBeUndefined();
    expect(viewer.events()).toEqual([{ type: 'start', at: expect.any(String) }]);
    presentRootLogger()?.logger.info('unheard of');
    presentRootLogger()?.logger.info({ said: 'hello', at: 5 }, 'hello');
    await until('the record', () => viewer.events().length === 2);
    expect(viewer.events()[1]).toEqual({
      type: 'record',
      worker: 0,
      record: expect.objectContaining({
        msg: 'hello',
        said: 'hello',
        at: 5,
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      }),
    });
  });

  it('of logs does not tell by its filter what the pages hide, and neither does their list', async () => {
    const setup = setupModule(`export default { redact: ['said'] };`);
    const { address, json } = await startPagesApp({ setup });
    const viewer = await view(address, '/api/v1/logs?follow=1&q=open-sesame');
    presentRootLogger()?.logger.info({ said: 'open-sesame' }, 'hidden');
    presentRootLogger()?.logger.info('open-sesame');
    await until('the record', () => viewer.events().length === 2);
    expect(viewer.events()[1]).toMatchObject({ record: { msg: 'open-sesame' } });
    const { data } = await json<{ data: { value: object[] }[] }>('/api/v1/logs?q=open-sesame');
    expect(data.flatMap(({ value }) => value)).toEqual([
      expect.objectContaining({ msg: 'open-sesame' }),
    ]);
  });

  it('of requests has all that end, as server-sent events.', async () => {
    const { address, fetch } = await startPagesApp();
    const path = `/api/v1/requests?follow=1&route=${encodeURIComponent('GET /orders/:id')}`;
    const viewer = await view(address, path, 'text/event-stream');
    expect(viewer.headers['content-type']).toBe('text/event-stream; charset=utf-8');
    for (const id of [1, 2, 3]) {
      // oxlint-disable-next-line no-await-in-loop -- in this order
      await fetch(`/orders/${id}`);
    }
    await fetch('/say/other');
    const frames = await until('three requests', () => {
      const found = viewer.text().split('\n\n').slice(0, -1);
      return found.length === 4 && found;
    });
    expect(frames[0]).toMatch(/^event: start\ndata: \{"type":"start","at":"[^"]+"\}$/);
    for (const frame of frames.slice(1)) {
      const [event, data = ''] = frame.split('\ndata: ');
      expect(event).toBe('event: record');
      expect(JSON.parse(data)).toMatchObject({
        type: 'record',
        worker: 0,
        record: { route: '/orders/:id', status: 200, startedAt: expect.stringMatching(/Z$/) },
      });
    }
  });

  it('has the records of all workers, once each, however many watch, and tells what is missing.', async () => {
    const workers = [writer(1), writer(2)] as const;
    const { address } = await openPagesOf(new FakeGroup([...workers]));
    const all = await view(address, '/api/v1/logs?follow=1');
    const one = await view(address, '/api/v1/logs?follow=1&worker=2');
    const before = workers[0].asked();
    workers[0].tail.push({ msg: 'a' });
    for (const msg of ['b', 'c', 'd', 'e']) workers[1].tail.push({ msg });
    await until('all of them', () => recordsOf(all).length === 4 && recordsOf(one).length === 3);
    const kept = [{ msg: 'c' }, { msg: 'd' }, { msg: 'e' }];
    expect(recordsOf(one)).toEqual(kept);
    expect(recordsOf(all)).toEqual([{ msg: 'a' }, ...kept]);
    expect(all.events()).toContainEqual({ type: 'dropped', count: 1 });
    // One look for both, however often it was until the records came.
    const looks = workers[0].asked() - before;
    expect(workers[1].asked()).toBeLessThanOrEqual(workers[0].asked() + 1);
    expect(looks).toBeGreaterThan(0);
  });

  it('is one of a bounded number, and its place is free once its viewer has left.', async () => {
    const { address, ask } = await openPagesOf(new FakeGroup([writer(1)]));
    const viewers = [];
    for (let n = 0; n < MAX_STREAMS; n++) {
      // oxlint-disable-next-line no-await-in-loop -- one after another
      viewers.push(await view(address, '/api/v1/logs?follow=1'));
    }
    const refused = await ask('/api/v1/logs?follow=1');
    expect([refused.status, refused.headers['retry-after'], JSON.parse(refused.body)]).toEqual([
      503,
      '10',
      expect.objectContaining({ code: 'ERR_BUTTRESS_META_BUSY' }),
    ]);
    viewers[0]?.leave();
    const late = await until('a free place', async () => {
      const viewer = await view(address, '/api/v1/logs?follow=1');
      return viewer.status === 200 && viewer;
    });
    late.leave();
  });

  it('holds no place for a HEAD request.', async () => {
    const { ask } = await openPagesOf(new FakeGroup([writer(1)]));
    for (let n = 0; n < MAX_STREAMS + 2; n++) {
      // oxlint-disable-next-line no-await-in-loop -- one after another
      const { status, headers } = await ask('/api/v1/logs?follow=1', { method: 'HEAD' });
      expect([status, headers['content-type']]).toEqual([
        200,
        'application/x-ndjson; charset=utf-8',
      ]);
    }
  });

  it('ends when the pages close, and says so.', async () => {
    const { address, close } = await openPagesOf(new FakeGroup([writer(1)]));
    const viewer = await view(address, '/api/v1/logs?follow=1');
    await close();
    await until('the end', viewer.hasEnded);
    expect(viewer.events().at(-1)).toEqual({ type: 'end', reason: 'shutdown' });
  });

  it('needs the access that its page needs.', async () => {
    const setup = setupModule(`export default { users: {
      reader: { password: 'one', access: 'read' },
      nobody: { password: 'two', access: 'none' },
    } };`);
    const { ask } = await startPagesApp({ setup });
    expect((await ask('/api/v1/logs?follow=1')).status).toBe(401);
    const authorization = `Basic ${Buffer.from('nobody:two').toString('base64')}`;
    const answer = await ask('/api/v1/logs?follow=1', { headers: { authorization } });
    expect(answer.status).toBe(403);
  });

  it.each([
    ['/api/v1/logs?follow=2', 400, '"follow" must be 1'],
    ['/api/v1/logs?follow=1&limit=5', 400, 'There is no parameter "limit"'],
    ['/api/v1/logs?follow=1&level=loud', 400, '"level" must be one of'],
    ['/api/v1/logs?follow=1&worker=99', 404, 'There is no worker 99'],
    ['/api/v1/workers?follow=1', 400, 'There is no parameter "follow"'],
  ])('refuses what it does not know: %s.', async (path, status, detail) => {
    const { ask } = await startPagesApp();
    const answer = await ask(path);
    expect([answer.status, JSON.parse(answer.body)]).toEqual([
      status,
      expect.objectContaining({ detail: expect.stringContaining(detail) }),
    ]);
  });
});
