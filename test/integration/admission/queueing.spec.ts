import { context as otelContext, createContextKey } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { Context } from 'nestjs-buttress';
import { describe, expect, it, onTestFinished } from 'vitest';

import { RawConnection, requestText } from '../../support/raw-connection.ts';
import { until } from '../../support/until.ts';
import { startLab } from './admission-lab.ts';

const NARROW = 'GET /narrow/:name';

describe('a queued request', () => {
  it('waits for a place and is admitted when one is free', async () => {
    const lab = await startLab();
    const first = lab.fetch('/narrow/a');
    await lab.untilBegun(1);
    const second = lab.fetch('/narrow/b');
    await lab.untilWaiting(NARROW, 1);
    expect(lab.held.begun).toEqual(['a']);
    lab.held.release();
    expect((await first).status).toBe(200);
    await lab.untilBegun(2);
    lab.held.release();
    expect((await second).status).toBe(200);
    expect(lab.group(NARROW)).toMatchObject({ arrived: 2, admitted: 2, waiting: 0 });
  });

  it('keeps its own context and that of OpenTelemetry, however many wait', async () => {
    const manager = new AsyncLocalStorageContextManager().enable();
    otelContext.setGlobalContextManager(manager);
    onTestFinished(() => otelContext.disable());
    const key = createContextKey('caller');
    const seen: string[] = [];
    const lab = await startLab({
      adapter: {},
      prepare: ({ fastify }) => {
        fastify.addHook('preHandler', async (request) => {
          const caller = otelContext.active().getValue(key) as string;
          seen.push(`${request.headers['x-caller'] as string} ${caller} ${Context.current()?.id}`);
        });
        // Before admission: what a tracer does to each request.
        const { server } = fastify;
        const emit = server.emit.bind(server);
        Object.assign(server, {
          emit: (event: string, ...args: [{ headers: Record<string, string> }]) => {
            if (event !== 'request') return emit(event, ...args);
            const active = otelContext.active().setValue(key, args[0].headers['x-caller']);
            return otelContext.with(active, () => emit(event, ...args));
          },
        });
      },
    });
    const names = ['a', 'b', 'c', 'd', 'e'];
    const answers = names.map((name) =>
      lab.fetch(`/narrow/${name}`, { headers: { 'x-caller': name, 'x-request-id': name } }),
    );
    await lab.untilWaiting(NARROW, names.length - 1);
    for (const count of names.keys()) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other is what is tested
      await lab.untilBegun(count + 1);
      lab.held.release();
    }
    const bodies = await Promise.all(answers.map(async (answer) => (await answer).json()));
    expect(bodies).toEqual(names.map((name) => ({ name, id: name })));
    expect(seen.toSorted()).toEqual(names.map((name) => `${name} ${name} ${name}`));
  });

  it('F15 is answered 504 when its deadline passes, and its handler never runs', async () => {
    const lab = await startLab();
    void lab.fetch('/narrow/a').catch(() => undefined);
    await lab.untilBegun(1);
    const late = await lab.fetch('/narrow/b', { headers: { 'x-request-timeout-ms': '200' } });
    expect(late.status).toBe(504);
    await lab.untilWaiting(NARROW, 0);
    lab.held.releaseAll();
    const next = lab.fetch('/narrow/c');
    await lab.untilBegun(2);
    lab.held.releaseAll();
    expect((await next).status).toBe(200);
    expect(lab.held.begun).toEqual(['a', 'c']);
    expect(lab.group(NARROW)).toMatchObject({ arrived: 3, admitted: 2, left: 1 });
  });

  it('F15 is refused at once where it could not be answered in time', async () => {
    const lab = await startLab();
    const answer = await lab.fetch('/narrow/a', { headers: { 'x-request-timeout-ms': '0' } });
    expect(answer.status).toBe(503);
    expect(await answer.json()).toMatchObject({ code: 'ERR_BUTTRESS_ADMISSION_DEADLINE' });
    expect(lab.held.begun).toEqual([]);
  });

  it('F16 gives its place up when its client leaves, and its handler never runs', async () => {
    const lab = await startLab();
    const first = lab.fetch('/narrow/a');
    await lab.untilBegun(1);
    const leaver = new AbortController();
    const left = lab.fetch('/narrow/b', { signal: leaver.signal }).catch(() => 'left');
    await lab.untilWaiting(NARROW, 1);
    const third = lab.fetch('/narrow/c');
    await lab.untilWaiting(NARROW, 2);
    leaver.abort();
    expect(await left).toBe('left');
    await lab.untilWaiting(NARROW, 1);
    lab.held.release();
    await lab.untilBegun(2);
    lab.held.release();
    expect((await first).status).toBe(200);
    expect((await third).status).toBe(200);
    expect(lab.held.begun).toEqual(['a', 'c']);
  });

  it('keeps its place until its handler ends when its client leaves meanwhile', async () => {
    const lab = await startLab();
    const leaver = new AbortController();
    const left = lab.fetch('/narrow/a', { signal: leaver.signal }).catch(() => 'left');
    await lab.untilBegun(1);
    const second = lab.fetch('/narrow/b');
    await lab.untilWaiting(NARROW, 1);
    leaver.abort();
    await left;
    const closed = lab.fetch('/stream').catch(() => undefined);
    await lab.untilBegun(2);
    expect(lab.group(NARROW)).toMatchObject({ inFlight: 1, waiting: 1 });
    lab.held.release();
    await lab.untilBegun(3);
    lab.held.releaseAll();
    await closed;
    expect((await second).status).toBe(200);
  });

  it('comes after higher priorities', async () => {
    const lab = await startLab();
    const first = lab.fetch('/ordinary/a');
    await lab.untilBegun(1);
    const ordinary = lab.fetch('/ordinary/b');
    await lab.untilWaiting('shared', 1);
    const important = lab.fetch('/important/c');
    await lab.untilWaiting('shared', 2);
    for (const count of [2, 3]) {
      lab.held.release();
      // oxlint-disable-next-line no-await-in-loop -- one after the other is what is tested
      await lab.untilBegun(count);
    }
    lab.held.release();
    await Promise.all([first, ordinary, important]);
    expect(lab.held.begun).toEqual(['a', 'c', 'b']);
  });

  it('is refused after the maximum wait', async () => {
    const lab = await startLab({ admission: { queue: { acceptableWaitMs: 50, maxWaitMs: 50 } } });
    void lab.fetch('/narrow/a').catch(() => undefined);
    await lab.untilBegun(1);
    const answer = await lab.fetch('/narrow/b');
    expect(answer.status).toBe(503);
    expect(lab.group(NARROW)?.refusals).toEqual([{ reason: 'wait', priority: 'normal', count: 1 }]);
    lab.held.releaseAll();
  });

  it('leaves nothing behind when its connection is reset before its answer had a turn', async () => {
    const lab = await startLab({ admission: { limiter: { fixed: 3 } } });
    const connection = new RawConnection(lab.port);
    const [first, second, third] = ['/stream', '/narrow/b', '/readyz'].map((path) =>
      requestText(path, 'keep-alive'),
    );
    connection.send(`${first}${second}${third}`);
    await lab.untilBegun(3);
    connection.abandon();
    lab.held.releaseAll();
    await until('nothing in flight', () => {
      const probes = lab.report().bypass['GET /readyz'];
      return lab.report().inFlight === 0 && probes?.inFlight === 0;
    });
    expect(lab.held.begun).toEqual(['stream', 'b', 'readyz']);
  });
});
