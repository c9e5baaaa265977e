import { type AddressInfo } from 'node:net';

import { Controller, Get } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { Admission, ClusteredFastifyAdapter } from 'nestjs-buttress';
import { AdmissionModule, type AdmissionRequest, type Limiter } from 'nestjs-buttress/admission';
import { describe, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';

import { until } from '../../support/until.ts';
import { startLab } from './admission-lab.ts';

/** A request as one caller's, and who that is. */
function as(key: string): RequestInit {
  return { headers: { 'x-key': key } };
}

function keyOf({ headers }: AdmissionRequest): string | undefined {
  return headers['x-key']?.toString();
}

/** Nobody may wait. */
const NO_QUEUE = { queue: { maxQueue: 0 } };

@Controller('plain')
class Plain {
  @Get()
  plain(): string {
    return 'plain';
  }
}

describe('admission', () => {
  it('takes no place for streams', async () => {
    const lab = await startLab({ admission: NO_QUEUE });
    const streams = [lab.fetch('/stream'), lab.fetch('/stream'), lab.fetch('/stream')];
    await lab.untilBegun(3);
    expect(lab.group('GET /stream')).toMatchObject({ inFlight: 0, admitted: 3 });
    lab.held.releaseAll();
    for (const answer of await Promise.all(streams)) expect(answer.status).toBe(200);
  });

  it('takes no place for event streams, without a decorator', async () => {
    const lab = await startLab({ admission: NO_QUEUE });
    const streams = await Promise.all([lab.fetch('/events'), lab.fetch('/events')]);
    expect(streams.map(({ status }) => status)).toEqual([200, 200]);
    for (const { body } of streams) void body?.cancel();
  });

  it('admits probes up to a cap of their own', async () => {
    const lab = await startLab({ admission: { bypass: { maxInFlight: 2 } } });
    const probes = [lab.fetch('/readyz'), lab.fetch('/readyz')];
    await lab.untilBegun(2);
    expect((await lab.fetch('/readyz')).status).toBe(503);
    expect(lab.report().bypass).toEqual({
      'GET /readyz': { inFlight: 2, admitted: 2, refused: 1 },
    });
    lab.held.releaseAll();
    for (const answer of await Promise.all(probes)) expect(answer.status).toBe(200);
    await until('no probe in flight', () => lab.report().bypass['GET /readyz']?.inFlight === 0);
  });

  it('honours the priority header of trusted callers alone', async () => {
    const headers = { 'x-priority': 'critical' };
    const refusals = async (trust: string[]) => {
      const lab = await startLab({ admission: { ...NO_QUEUE, priority: { trust } } });
      const first = lab.fetch('/narrow/a').catch(() => undefined);
      await lab.untilBegun(1);
      await lab.fetch('/narrow/b', { headers });
      lab.held.releaseAll();
      await first;
      return lab.group('GET /narrow/:name')?.refusals.map(({ priority }) => priority);
    };
    expect(await refusals(['127.0.0.0/8', '::1'])).toEqual(['critical']);
    expect(await refusals(['10.0.0.0/8'])).toEqual(['normal']);
  });

  it('refuses a caller beyond its quota with 429, and no other caller', async () => {
    const lab = await startLab({ admission: { quota: { maxInFlight: 1, keyOf } } });
    const first = lab.fetch('/stream', as('a'));
    await lab.untilBegun(1);
    const refused = await lab.fetch('/stream', as('a'));
    expect(refused.status).toBe(429);
    expect(await refused.json()).toMatchObject({ code: 'ERR_BUTTRESS_ADMISSION_QUOTA' });
    const other = lab.fetch('/stream', as('b'));
    await lab.untilBegun(2);
    lab.held.releaseAll();
    await Promise.all([first, other]);
    const again = lab.fetch('/stream', as('a'));
    await lab.untilBegun(3);
    lab.held.releaseAll();
    expect((await again).status).toBe(200);
  });

  it('admits upgrades, and refuses them when memory is short', async () => {
    // Any process uses more than nothing, so memory is always short.
    const short = { memory: { stopKeepAliveAt: 0, refuseAt: 0 } };
    for (const [admission, isOpen] of [
      [{}, true],
      [short, false],
    ] as const) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      const lab = await startLab({
        admission,
        prepare: ({ fastify }) => {
          const sockets = new WebSocketServer({ noServer: true });
          fastify.server.on('upgrade', (request, socket, head) => {
            sockets.handleUpgrade(request, socket, head, (client) => client.close(1000));
          });
        },
      });
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      await until('memory read', () => lab.report().memory.rung === (isOpen ? 'NONE' : 'REFUSE'));
      const socket = new WebSocket(`ws://127.0.0.1:${lab.port}/`);
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      const outcome = await new Promise((resolve) => {
        socket.once('close', (code) => resolve(code));
        socket.once('unexpected-response', (_request, { statusCode }) => resolve(statusCode));
        socket.once('error', () => undefined);
      });
      expect(outcome).toBe(isOpen ? 1000 : 503);
      expect(lab.group('(upgrade)')).toMatchObject({ admitted: isOpen ? 1 : 0, inFlight: 0 });
    }
  });

  it('closes connections when memory is getting short', async () => {
    const lab = await startLab({ admission: { memory: { stopKeepAliveAt: 0, refuseAt: 1 } } });
    await until('memory read', () => lab.report().memory.rung === 'STOP_KEEP_ALIVE');
    const answers = [lab.fetch('/stream'), lab.fetch('/stream'), lab.fetch('/stream')];
    await lab.untilBegun(3);
    lab.held.releaseAll();
    for (const { headers } of await Promise.all(answers)) {
      expect(headers.get('connection')).toBe('close');
    }
  });

  it('refuses everything but probes when memory is short', async () => {
    const lab = await startLab({ admission: { memory: { stopKeepAliveAt: 0, refuseAt: 0 } } });
    await until('memory read', () => lab.report().memory.rung === 'REFUSE');
    const answer = await lab.fetch('/narrow/a');
    expect([answer.status, answer.headers.get('connection')]).toEqual([503, 'close']);
    expect(lab.group('GET /narrow/:name')?.refusals).toEqual([
      { reason: 'memory', priority: 'normal', count: 1 },
    ]);
    const probe = lab.fetch('/readyz');
    await lab.untilBegun(1);
    lab.held.releaseAll();
    expect((await probe).status).toBe(200);
    expect(lab.held.begun).toEqual(['readyz']);
  });

  it('asks a limiter of the application, and reports durations to it', async () => {
    const samples: number[][] = [];
    const limiter = (group: string): Limiter => ({
      limit: group === 'GET /plain' ? 3 : 1,
      sample: (...given) => void samples.push(given),
    });
    const lab = await startLab({ admission: { limiter }, controllers: [Plain] });
    expect((await lab.fetch('/plain')).status).toBe(200);
    await until('a sample', () => samples.length > 0);
    expect(lab.group('GET /plain')?.limit).toBe(3);
    const [durationMs = NaN, inFlight] = samples[0] ?? [];
    expect(durationMs).toBeGreaterThan(0);
    expect(inFlight).toBe(1);
  });

  it('refuses to start when routes contradict each other, naming the group', async () => {
    @Controller()
    class Contradiction {
      @Get('one')
      @Admission({ group: 'same', limit: 1 })
      one(): void {}

      @Get('two')
      @Admission({ group: 'same', limit: 2 })
      two(): void {}
    }
    await expect(startLab({ controllers: [Contradiction] })).rejects.toThrow(/"same".* 1 .* 2 /);
  });

  it('works without a context', async () => {
    const module = await Test.createTestingModule({
      imports: [AdmissionModule.forRootAsync({ useFactory: () => ({ limiter: { fixed: 5 } }) })],
      controllers: [Plain],
    }).compile();
    const app = module.createNestApplication(new ClusteredFastifyAdapter(), { logger: false });
    await app.listen(0, '127.0.0.1');
    const { port } = app.getHttpServer().address() as AddressInfo;
    const answer = await fetch(`http://127.0.0.1:${port}/plain`, {
      headers: { connection: 'close' },
    });
    expect(await answer.text()).toBe('plain');
    await app.close();
  });
});
