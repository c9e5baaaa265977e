import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import type { FastifyReply } from 'fastify';
import { AdmissionError, ClusteredFastifyAdapter } from 'nestjs-buttress';
import { describe, expect, it } from 'vitest';

import { RawConnection, requestText } from '../../support/raw-connection.ts';
import { until } from '../../support/until.ts';
import { type Lab, type LabSetup, startLab } from './admission-lab.ts';

const UPLOAD = 'POST /upload';

/** A lab in which nobody may wait and the only place of two routes is taken. */
async function startFull(setup: LabSetup = {}): Promise<Lab> {
  const { admission, ...rest } = setup;
  const lab = await startLab({ admission: { queue: { maxQueue: 0 }, ...admission }, ...rest });
  void lab.fetch('/narrow/first').catch(() => undefined);
  void lab.fetch('/upload', { method: 'POST' }).catch(() => undefined);
  await lab.untilBegun(2);
  return lab;
}

describe('a refused request', () => {
  it('gets a problem, and the time to come back', async () => {
    const lab = await startFull();
    const answer = await lab.fetch('/narrow/b');
    expect(answer.status).toBe(503);
    expect(answer.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    expect(Number(answer.headers.get('retry-after'))).toBeLessThanOrEqual(3);
    expect(answer.headers.get('x-request-id')).toBeTruthy();
    expect(await answer.json()).toEqual({
      title: 'Service Unavailable',
      status: 503,
      detail: 'The service is overloaded',
      code: 'ERR_BUTTRESS_ADMISSION_OVERLOADED',
    });
    expect(lab.held.begun).not.toContain('b');
  });

  it('keeps the headers of CORS, and preflights are never refused', async () => {
    const lab = await startFull({
      prepare: ({ app }) => app.enableCors({ origin: 'https://shop.example' }),
    });
    const headers = { origin: 'https://shop.example' };
    const answer = await lab.fetch('/narrow/b', { headers });
    expect(answer.status).toBe(503);
    expect(answer.headers.get('access-control-allow-origin')).toBe('https://shop.example');
    const preflight = await lab.fetch('/narrow/b', {
      method: 'OPTIONS',
      headers: { ...headers, 'access-control-request-method': 'GET' },
    });
    expect(preflight.status).toBe(204);
  });

  it('is answered by the global exception filter of the application, if it catches it', async () => {
    @Catch(AdmissionError)
    class OwnAnswer implements ExceptionFilter {
      catch(error: AdmissionError, host: ArgumentsHost): void {
        const reply = host.switchToHttp().getResponse<FastifyReply>();
        void reply.code(429).send({ sorry: error.reason, code: error.code });
      }
    }
    const lab = await startFull({ providers: [{ provide: APP_FILTER, useClass: OwnAnswer }] });
    const answer = await lab.fetch('/narrow/b');
    expect(answer.status).toBe(429);
    expect(answer.headers.get('retry-after')).toMatch(/^[123]$/);
    expect(await answer.json()).toEqual({
      sorry: 'queue',
      code: 'ERR_BUTTRESS_ADMISSION_OVERLOADED',
    });
  });

  it('is answered by Buttress when the filters of the application catch other errors', async () => {
    @Catch(HttpException)
    class OtherAnswer implements ExceptionFilter {
      catch(_error: HttpException, host: ArgumentsHost): void {
        void host.switchToHttp().getResponse<FastifyReply>().code(418).send('other');
      }
    }
    const lab = await startFull({ providers: [{ provide: APP_FILTER, useClass: OtherAnswer }] });
    const answer = await lab.fetch('/narrow/b');
    expect(answer.status).toBe(503);
    expect(await answer.json()).toMatchObject({ code: 'ERR_BUTTRESS_ADMISSION_OVERLOADED' });
  });

  it('has its body read, so that its connection can be used again', async () => {
    const lab = await startFull();
    const connection = new RawConnection(lab.port);
    const head = `POST /upload HTTP/1.1\r\nHost: lab\r\nContent-Length: 50000\r\n\r\n`;
    connection.send(head);
    await until('the refusal', () => connection.text.includes(' 503 '));
    connection.send(Buffer.alloc(50_000));
    connection.send(requestText('/nowhere'));
    const { body } = await connection.exchange();
    expect(body).toContain('404');
  });

  it('has its connection closed when its body does not end', async () => {
    const lab = await startFull();
    const connection = new RawConnection(lab.port);
    connection.send('POST /upload HTTP/1.1\r\nHost: lab\r\nContent-Length: 50000\r\n\r\nhalf');
    const { status } = await connection.exchange({ withinMs: 10_000 });
    expect(status).toBe(503);
    expect(lab.group(UPLOAD)).toMatchObject({ refused: 1, inFlight: 1 });
  });

  it('is counted by reason, priority and route', async () => {
    const lab = await startFull();
    await lab.fetch('/narrow/b');
    await lab.fetch('/narrow/c');
    const group = lab.group('GET /narrow/:name');
    expect(group).toMatchObject({ arrived: 3, admitted: 1, refused: 2, limit: 1, inFlight: 1 });
    expect(group?.refusals).toEqual([{ reason: 'queue', priority: 'normal', count: 2 }]);
  });

  it('survives that a refused upgrade is reset, and closes it if the client does not', async () => {
    const lab = await startLab({
      admission: { memory: { stopKeepAliveAt: 0, refuseAt: 0 } },
      prepare: ({ fastify }) => {
        fastify.server.on('upgrade', (_request, socket) => socket.destroy());
      },
    });
    await until('memory read', () => lab.report().memory.rung === 'REFUSE');
    const upgrade =
      'GET / HTTP/1.1\r\nHost: lab\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n';
    const resetting = connect(lab.port, '127.0.0.1', () => {
      resetting.pause();
      resetting.write(upgrade, () => resetting.resetAndDestroy());
    });
    resetting.on('error', () => undefined);
    const staying = connect({ port: lab.port, host: '127.0.0.1', allowHalfOpen: true });
    const text: string[] = [];
    staying.on('data', (chunk: Buffer) => text.push(chunk.toString()));
    staying.write(upgrade);
    await until('the refusal', () => text.join('').includes(' 503 '));
    const connections = promisify(lab.fastify.server.getConnections.bind(lab.fastify.server));
    await until('no connection', async () => (await connections()) === 0);
    staying.destroy();
    expect(text.join('')).toContain('HTTP/1.1 503 Service Unavailable');
  });

  it('is answered once, though the answer before it on its connection is slow', async () => {
    const lab = await startLab({
      admission: { queue: { acceptableWaitMs: 200, maxWaitMs: 200 } },
      prepare: ({ fastify }) => {
        fastify.addHook('onSend', async (_request, _reply, payload) => {
          await sleep(100);
          return payload;
        });
      },
    });
    const first = lab.fetch('/narrow/a').catch(() => undefined);
    await lab.untilBegun(1);
    const headers = { 'x-request-timeout-ms': '200' };
    const answers = await Promise.all([1, 2, 3].map(() => lab.fetch('/narrow/b', { headers })));
    for (const answer of answers) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      const body = await answer.text();
      expect(body).toContain(String(answer.status));
    }
    lab.held.releaseAll();
    await first;
  });

  it('leaves nothing behind when its client left before it arrived', async () => {
    const come = Promise.withResolvers<void>();
    const lab = await startLab({
      prepare: ({ app }) => {
        const adapter = app.getHttpAdapter() as unknown;
        if (!(adapter instanceof ClusteredFastifyAdapter)) throw new Error('another adapter');
        adapter.setOnRequestHook(({ url, raw }, _reply, done) => {
          if (url !== '/narrow/a') return done();
          raw.socket.once('close', () => setImmediate(done));
          come.resolve();
        });
      },
    });
    const leaver = new AbortController();
    const left = lab.fetch('/narrow/a', { signal: leaver.signal }).catch(() => 'left');
    await come.promise;
    leaver.abort();
    await left;
    const next = lab.fetch('/narrow/b');
    await lab.untilBegun(1);
    lab.held.releaseAll();
    expect((await next).status).toBe(200);
    expect(lab.held.begun).toEqual(['b']);
    await until('nothing in flight', () => lab.group('GET /narrow/:name')?.inFlight === 0);
  });
});
