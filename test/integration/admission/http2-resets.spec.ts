import { type ClientHttp2Session, constants } from 'node:http2';
import { setTimeout as sleep } from 'node:timers/promises';

import { describe, expect, it } from 'vitest';

import { CERTIFICATE, KEY } from '../../fixtures/self-signed.ts';
import {
  ask,
  openAndReset,
  openSession,
  openStream,
  seen,
  type StreamRequest,
} from '../../support/http2-client.ts';
import { until } from '../../support/until.ts';
import { type Lab, type LabSetup, startLab } from './admission-lab.ts';
import { CountedRoutes, LIMIT, Running } from './counted-routes.ts';

/** Far less than a place may be held for a handler that does not end. */
const SOON = { withinMs: 3_000 };

/** Waits for a good answer to an honest client, and says what it is. */
function untilServed(
  session: ClientHttp2Session,
  path: string,
  request?: StreamRequest,
): Promise<number> {
  return until(
    'an answer for an honest client',
    async () => {
      const { status = 0 } = await ask(session, path, request);
      if (status >= 300) throw new Error(`the answer is ${status}`);
      return status;
    },
    SOON,
  );
}

const KINDS = [
  { over: 'TCP', adapter: { http2: true }, secure: false },
  {
    over: 'TLS',
    adapter: { http2: true, https: { key: KEY, cert: CERTIFICATE, allowHTTP1: true } },
    secure: true,
  },
] as const;

describe.each(KINDS)('HTTP/2 over $over', ({ adapter, secure }) => {
  async function start(
    admission: NonNullable<LabSetup['admission']>,
  ): Promise<Lab & { running: Running }> {
    const setup = { controllers: [CountedRoutes], providers: [Running], admission };
    const lab = await startLab({ ...setup, adapter: adapter as NonNullable<LabSetup['adapter']> });
    return { ...lab, running: lab.app.get(Running) };
  }

  const open = (lab: Lab): Promise<ClientHttp2Session> =>
    openSession(lab.port, secure ? { secure, ca: CERTIFICATE } : {});

  it('R2 Streams that are opened and reset at once give their places back at once.', async () => {
    const lab = await start({ queue: { maxQueue: 0 } });
    const [session, honest] = await Promise.all([open(lab), open(lab)]);
    openAndReset(session, '/counted/limited?ms=20', 10 * LIMIT);
    await seen(session);
    expect(await untilServed(honest, '/counted/limited?ms=1')).toBe(200);
    await until('nothing in flight', () => lab.group('GET /counted/limited')?.inFlight === 0, SOON);
    expect(lab.running.most).toBeLessThanOrEqual(LIMIT);
  });

  it('R2 Streams that are opened and reset at once do not take a route away that has the usual limit.', async () => {
    const lab = await start({ queue: {} });
    const [session, honest] = await Promise.all([open(lab), open(lab)]);
    openAndReset(session, '/counted/open?ms=200', 60);
    await seen(session);
    expect(await untilServed(honest, '/counted/open?ms=1')).toBe(200);
  });

  it('R2 A storm of streams that are opened and reset keeps to the limit, and the route is there after it.', async () => {
    const lab = await start({ queue: { maxQueue: 0 } });
    const [session, honest] = await Promise.all([open(lab), open(lab)]);
    for (let burst = 1; burst <= 40; burst++) {
      openAndReset(session, '/counted/limited?ms=100', 2 * LIMIT);
      // oxlint-disable-next-line no-await-in-loop -- one burst after another
      await sleep(25);
    }
    expect(await untilServed(honest, '/counted/limited?ms=1')).toBe(200);
    expect(lab.running.most).toBeLessThanOrEqual(LIMIT);
  });

  it('R2 A stream that is reset while its body is being sent gives its place back at once.', async () => {
    const lab = await start({ queue: { maxQueue: 0 } });
    const [session, honest] = await Promise.all([open(lab), open(lab)]);
    const headers = { 'content-type': 'text/plain' };
    const streams = Array.from({ length: LIMIT }, () => {
      const stream = openStream(session, '/counted/limited?ms=1', {
        method: 'POST',
        headers: { ...headers, 'content-length': 1_000 },
      });
      stream.write('half of it');
      return stream;
    });
    await seen(session);
    for (const stream of streams) stream.close(constants.NGHTTP2_CANCEL);
    const request = { method: 'POST', headers, body: 'all of it' };
    expect(await untilServed(honest, '/counted/limited?ms=1', request)).toBe(201);
    expect(lab.running.begun).toBe(1);
  });

  it('R2 A stream that is reset while it waits leaves the queue, and its handler never begins.', async () => {
    const lab = await start({});
    const [session, honest] = await Promise.all([open(lab), open(lab)]);
    const first = ask(honest, '/narrow/first');
    await lab.untilBegun(1);
    const streams = [1, 2, 3].map(() => openStream(session, '/narrow/reset'));
    await lab.untilWaiting('GET /narrow/:name', 3);
    for (const stream of streams) stream.close(constants.NGHTTP2_CANCEL);
    openAndReset(session, '/narrow/reset', 3);
    await seen(session);
    await lab.untilWaiting('GET /narrow/:name', 0);
    lab.held.release();
    expect((await first).status).toBe(200);
    const next = ask(honest, '/narrow/next');
    await lab.untilBegun(2);
    lab.held.release();
    expect((await next).status).toBe(200);
    expect(lab.held.begun).toEqual(['first', 'next']);
  });

  it('R2 A stream that is reset while its handler runs keeps its place until the handler ends, and no longer.', async () => {
    const lab = await start({ queue: { maxQueue: 0 } });
    const [session, honest] = await Promise.all([open(lab), open(lab)]);
    const stream = openStream(session, '/narrow/reset');
    await lab.untilBegun(1);
    stream.close(constants.NGHTTP2_CANCEL);
    await seen(session);
    expect((await ask(honest, '/narrow/early')).status).toBe(503);
    lab.held.release();
    const [status] = await Promise.all([
      untilServed(honest, '/narrow/next'),
      until('the next one', () => lab.held.begun.length === 2, SOON).then(() => lab.held.release()),
    ]);
    expect(status).toBe(200);
    expect(lab.held.begun).toEqual(['reset', 'next']);
  });
});
