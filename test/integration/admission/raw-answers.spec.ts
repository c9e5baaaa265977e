import { connect } from 'node:net';

import { Controller, Get, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Admission } from 'nestjs-buttress';
import { describe, expect, it, onTestFinished } from 'vitest';

import { steadily } from '../../support/load.ts';
import { RawConnection, requestText } from '../../support/raw-connection.ts';
import { until } from '../../support/until.ts';
import { type Lab, type LabSetup, startLab } from './admission-lab.ts';
import { CountedRoutes, LIMIT, Running } from './counted-routes.ts';

const MUCH = Buffer.alloc(6_000_000, 'x');

const IN_A_HURRY = { 'x-request-timeout-ms': '10' };

/** Handlers that answer by other ways than their result. */
@Controller('raw')
class RawRoutes {
  @Get('much')
  @Admission({ limit: LIMIT })
  much(@Res() reply: FastifyReply): void {
    reply.hijack();
    reply.raw.writeHead(200, { 'content-length': MUCH.length });
    reply.raw.end(MUCH);
  }

  @Get('events')
  @Admission({ limit: LIMIT })
  events(@Res() reply: FastifyReply): void {
    reply.hijack();
    reply.raw.writeHead(200, { 'content-type': 'text/event-stream' });
    reply.raw.write(': hello\n\n');
  }
}

async function start(setup: LabSetup = {}): Promise<Lab & { running: Running }> {
  const lab = await startLab({
    controllers: [RawRoutes, CountedRoutes],
    providers: [Running],
    admission: { queue: {} },
    ...setup,
  });
  return { ...lab, running: lab.app.get(Running) };
}

/** Clients that ask and read nothing, as many as a route has places. */
function silentClients(port: number, path: string): void {
  for (let count = 0; count < LIMIT; count++) {
    const socket = connect(port, '127.0.0.1').on('error', () => undefined);
    socket.pause().write(requestText(path));
    onTestFinished(() => void socket.destroy());
  }
}

describe('The place of a request', () => {
  it.each(['much', 'events'])(
    'R3 is free once its handler has answered by the raw response, whoever reads: %s.',
    async (name) => {
      const lab = await start();
      const group = (): { arrived?: number; inFlight?: number } =>
        lab.group(`GET /raw/${name}`) ?? {};
      silentClients(lab.port, `/raw/${name}`);
      await until('all of them', () => group().arrived === LIMIT && group().inFlight === 0);
      const answer = await lab.fetch(`/raw/${name}`);
      expect(answer.status).toBe(200);
      await answer.body?.cancel();
    },
  );

  it('R4 lasts until a callback has answered, although its deadline was answered before.', async () => {
    let running = 0;
    let most = 0;
    const { fetch, group } = await start({
      admission: { queue: {}, limiter: { fixed: LIMIT } },
      prepare: async ({ app, fastify }) => {
        await app.init();
        fastify.get('/later', (_request, reply) => {
          most = Math.max(most, ++running);
          setTimeout(() => {
            running--;
            void reply.send('late');
          }, 1_000);
        });
      },
    });
    await steadily({ everyMs: 10, forMs: 3_000 }, async () => {
      return (await fetch('/later', { headers: IN_A_HURRY })).status;
    });
    expect(most).toBe(LIMIT);
    await until('nothing in flight', () => group('GET /later')?.inFlight === 0);
    expect(running).toBe(0);
    expect((await fetch('/later')).status).toBe(200);
  });

  it('R3 is free once a middleware has answered in place of its handler, whoever reads.', async () => {
    const { port, fetch, group } = await start({
      prepare: ({ app }) => {
        app.use('/counted/limited', (_request: object, response: { end(body: Buffer): void }) => {
          response.end(MUCH);
        });
      },
    });
    silentClients(port, '/counted/limited');
    const limited = (): { arrived?: number; inFlight?: number } =>
      group('GET /counted/limited') ?? {};
    // Those that nothing had to decide on may hold theirs.
    const isFree = (): boolean => (limited().inFlight ?? LIMIT) < LIMIT / 2;
    await until('all of them', () => limited().arrived === LIMIT && isFree());
    expect((await fetch('/counted/limited')).status).toBe(200);
  });

  it('R2 is free once a middleware has answered pipelined requests, which wait for another one.', async () => {
    const { port, fetch, group, running } = await start({
      prepare: ({ app }) => {
        app.use('/counted/limited', (_request: object, response: { end(body: string): void }) => {
          response.end('refused');
        });
      },
    });
    const one = new RawConnection(port);
    onTestFinished(() => one.abandon());
    one.send(requestText('/counted/open?ms=3000', 'keep-alive'));
    for (let count = 0; count < LIMIT; count++) {
      one.send(requestText('/counted/limited', 'keep-alive'));
    }
    await until('all of them', () => group('GET /counted/limited')?.arrived === LIMIT);
    expect(running.now).toBe(1);
    expect((await fetch('/counted/limited')).status).toBe(200);
    await until('all answers', () => one.text.split('refused').length === LIMIT + 1);
  });
});
