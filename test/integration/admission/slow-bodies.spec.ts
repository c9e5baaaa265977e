import type { ClientHttp2Stream } from 'node:http2';

import { AdmissionModule, type AdmissionModuleOptions } from 'nestjs-buttress/admission';
import { ContextModule } from 'nestjs-buttress/context';
import { describe, expect, it, onTestFinished } from 'vitest';

import { ask, exchangeOf, openSession, openStream } from '../../support/http2-client.ts';
import { IS_LONG } from '../../support/length.ts';
import { steadily, tally } from '../../support/load.ts';
import { type RunningApp, startApp, type StartAppOptions } from '../../support/nest-app.ts';
import { RawConnection } from '../../support/raw-connection.ts';
import { trickle } from '../../support/trickle.ts';
import { until } from '../../support/until.ts';
import { CountedRoutes, LIMIT, Running } from './counted-routes.ts';

const PATH = '/counted/open';

const TEXT = { 'content-type': 'text/plain' };

/** A rate that no test client reaches that is meant to be slow, and a short time to reach it. */
const BODY = { minBytesPerSecond: 500, graceMs: 500 };

/** Far less than a body has by default. */
const SOON = { withinMs: 8_000 };

const HTTP2 = { http2: true } as NonNullable<StartAppOptions['adapter']>;

async function start(
  admission: AdmissionModuleOptions = {},
  options: StartAppOptions = {},
): Promise<RunningApp & { running: Running }> {
  const imports = [ContextModule.forRoot(), AdmissionModule.forRoot(admission)];
  const controllers = [CountedRoutes];
  const app = await startApp({ imports, controllers, providers: [Running] }, options);
  return { ...app, running: app.app.get(Running) };
}

/** What an honest client gets. */
async function post({ fetch }: Pick<RunningApp, 'fetch'>): Promise<number> {
  return (await fetch(PATH, { method: 'POST', headers: TEXT, body: 'a body' })).status;
}

/** A stream that sends parts of a body until it is closed. */
function trickleOn(stream: ClientHttp2Stream, bytes: number, everyMs: number): void {
  const timer = setInterval(() => stream.writable && stream.write('x'.repeat(bytes)), everyMs);
  stream.once('close', () => clearInterval(timer));
  onTestFinished(() => clearInterval(timer));
}

describe('clients that send their bodies slowly', () => {
  it('R3 Sixty of them, a byte a second each, never make a route refuse an honest client.', async () => {
    // A busy machine alone makes the usual options refuse.
    const app = await start({ lagTargetMs: false });
    const { port } = app;
    const slow = Array.from({ length: 60 }, () =>
      trickle({ port, path: PATH, length: 9_000, bytes: 1, everyMs: 1_000 }),
    );
    const answers = await steadily({ everyMs: 100, forMs: 6_000 }, () => post(app));
    expect(tally(answers)).toEqual(new Map([[201, 60]]));
    // They are slow, but not yet too slow.
    expect(slow.filter(({ text, isClosed }) => isClosed || text !== '')).toEqual([]);
  });

  it('R3 A hundred of them over HTTP/2 never make a route refuse an honest client.', async () => {
    const app = await start({ lagTargetMs: false }, { adapter: HTTP2 });
    const session = await openSession(app.port);
    const honest = await openSession(app.port);
    for (let count = 1; count <= 100; count++) {
      const headers = { ...TEXT, 'content-length': 9_000 };
      trickleOn(openStream(session, PATH, { method: 'POST', headers }), 1, 1_000);
    }
    const request = { method: 'POST', headers: TEXT, body: 'a body' };
    const answers = await steadily({ everyMs: 100, forMs: 4_000 }, () =>
      ask(honest, PATH, request),
    );
    expect(tally(answers.map(({ status }) => status))).toEqual(new Map([[201, 40]]));
  });

  it.each([
    { kind: 'has a length', length: 9_000 },
    { kind: 'comes in chunks', length: undefined },
  ])('R3 One whose body $kind is answered 408 below the least rate.', async ({ length }) => {
    const app = await start({ body: BODY });
    const about = { port: app.port, path: PATH, ...(length === undefined ? {} : { length }) };
    const slow = await trickle({ ...about, bytes: 5, everyMs: 100 }).exchange(SOON);
    expect(slow.status).toBe(408);
    expect(slow.errorCode).not.toBe('TIMEOUT');
    expect(slow.closedAfterMs).toBeGreaterThanOrEqual(0.9 * BODY.graceMs);
    expect(app.running.begun).toBe(0);
    expect(await post(app)).toBe(201);
  });

  it('R3 One that sends nothing of its body is answered 408.', async () => {
    const app = await start({ body: BODY });
    const silent = new RawConnection(app.port).send(
      `POST ${PATH} HTTP/1.1\r\nHost: test\r\nContent-Type: text/plain\r\nContent-Length: 9\r\n\r\n`,
    );
    expect(await silent.exchange(SOON)).toMatchObject({ status: 408 });
  });

  it('R3 One that is above the least rate is served, however long its body takes.', async () => {
    const app = await start({ body: BODY });
    const steady = trickle({ port: app.port, path: PATH, length: 6_000, bytes: 200, everyMs: 100 });
    await until('its answer', () => steady.text.endsWith('}'), SOON);
    expect(steady.text).toContain('HTTP/1.1 201');
    expect(steady.text).toContain('{"length":6000}');
    expect(steady.ageMs).toBeGreaterThan(4 * BODY.graceMs);
  });

  it('R3 One over HTTP/2 is answered 408 below the least rate, and its stream alone is closed.', async () => {
    const app = await start({ body: BODY }, { adapter: HTTP2 });
    const session = await openSession(app.port);
    const stream = openStream(session, PATH, { method: 'POST', headers: TEXT });
    trickleOn(stream, 5, 100);
    const slow = exchangeOf(stream);
    await until('its end', () => stream.closed, SOON);
    expect((await slow).status).toBe(408);
    expect(session.destroyed).toBe(false);
    const request = { method: 'POST', headers: TEXT, body: 'a body' };
    expect((await ask(session, PATH, request)).status).toBe(201);
    expect(app.running.begun).toBe(1);
  });

  it('R3 One over HTTP/2 is answered 408 below the least rate, however fast others of its session are.', async () => {
    const app = await start({ body: BODY }, { adapter: HTTP2 });
    const session = await openSession(app.port);
    const slow = openStream(session, PATH, { method: 'POST', headers: TEXT });
    const steady = openStream(session, PATH, { method: 'POST', headers: TEXT });
    const [slowly, served] = [exchangeOf(slow), exchangeOf(steady)];
    trickleOn(slow, 5, 100);
    trickleOn(steady, 200, 100);
    await until('its end', () => slow.closed, SOON);
    expect((await slowly).status).toBe(408);
    steady.end();
    expect((await served).status).toBe(201);
  });

  it('R3 One is not slow whose body nobody reads yet.', async () => {
    const app = await start(
      { body: BODY },
      {
        prepare: ({ fastify }) => {
          fastify.addContentTypeParser('application/octet-stream', (_request, body, done) => {
            done(null, body);
          });
        },
      },
    );
    const answer = await app.fetch(`/counted/stream?ms=${4 * BODY.graceMs}`, {
      method: 'POST',
      headers: { 'content-type': 'application/octet-stream' },
      body: Buffer.alloc(900_000),
    });
    expect(answer.status).toBe(201);
    expect(await answer.json()).toEqual({ length: 900_000 });
  });

  it('R3 One over HTTP/2 is not slow that has been sent whole, and that nobody reads.', async () => {
    const app = await start(
      { body: BODY },
      {
        adapter: HTTP2,
        prepare: ({ fastify }) => {
          fastify.addContentTypeParser('application/octet-stream', (_request, body, done) => {
            done(null, body);
          });
        },
      },
    );
    const session = await openSession(app.port);
    const path = `/counted/stream?ms=${4 * BODY.graceMs}`;
    const headers = { 'content-type': 'application/octet-stream' };
    const stream = openStream(session, path, { method: 'POST', headers });
    const answered = exchangeOf(stream);
    stream.end(Buffer.alloc(10_000));
    expect((await answered).status).toBe(201);
    // Without a type and a length nobody reads it at all.
    const bare = openStream(session, `/counted/open?ms=${4 * BODY.graceMs}`, { method: 'PUT' });
    const served = exchangeOf(bare);
    bare.end();
    expect((await served).status).toBe(404);
  });

  it('R3 One is not slow that waits for a place.', async () => {
    const app = await start({
      body: BODY,
      lagTargetMs: false,
      queue: { acceptableWaitMs: 20_000, maxWaitMs: 20_000 },
    });
    const send = (): Promise<Response> =>
      app.fetch(`/counted/limited?ms=${2 * BODY.graceMs}`, {
        method: 'POST',
        headers: TEXT,
        body: 'x'.repeat(900_000),
      });
    // The second half waits for as long as the first one takes.
    const answers = await Promise.all(Array.from({ length: 2 * LIMIT }, send));
    expect(tally(answers.map(({ status }) => status))).toEqual(new Map([[201, 2 * LIMIT]]));
    expect(app.running.most).toBe(LIMIT);
  });

  it.skipIf(!IS_LONG)(
    'R3 One that sends a byte a second is answered 408 after twenty seconds by default.',
    { timeout: 60_000 },
    async () => {
      const app = await start();
      const { port } = app;
      const slow = trickle({ port, path: PATH, length: 9_000, bytes: 1, everyMs: 1_000 });
      const exchange = await slow.exchange({ withinMs: 40_000 });
      expect(exchange.status).toBe(408);
      expect(exchange.answeredAfterMs).toBeGreaterThan(0.9 * 20_000);
    },
  );

  it.each([
    ['by itself', true],
    ['without admission', false],
  ])("R3 Fastify's requestTimeout ends one within a few seconds (%s).", async (_, isAdmitted) => {
    const { port } = await startApp(
      {
        imports: isAdmitted ? [ContextModule.forRoot(), AdmissionModule.forRoot()] : [],
        controllers: [CountedRoutes],
        providers: [Running],
      },
      { adapter: { requestTimeout: 2_000 } },
    );
    const slow = trickle({ port, path: PATH, length: 9_000, bytes: 100, everyMs: 100 });
    const { status, closedAfterMs } = await slow.exchange({ withinMs: 12_000 });
    expect(status).toBe(408);
    expect(closedAfterMs).toBeLessThan(8_000);
  });
});
