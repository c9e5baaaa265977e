import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import { Controller, Get } from '@nestjs/common';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import type { FastifyInstance } from 'fastify';
import { Admission, ClusteredFastifyAdapter } from 'nestjs-buttress';
import { AdmissionModule } from 'nestjs-buttress/admission';
import { ContextModule } from 'nestjs-buttress/context';
import { describe, expect, it, onTestFinished } from 'vitest';

import { PATIENT_ADMISSION } from '../../fixtures/patient-admission.ts';
import { until } from '../../support/until.ts';

/** Handlers that have begun; they end with the test. */
let begun = 0;
let end: () => void = () => undefined;

@Controller()
class NarrowController {
  @Get('narrow')
  @Admission({ limit: 1 })
  async narrow(): Promise<string> {
    begun++;
    await new Promise<void>((resolve) => (end = resolve));
    return 'done';
  }
}

/** Sets headers as `@fastify/helmet` does, and as applications do at the end of a request. */
function security(
  instance: FastifyInstance,
  _options: object,
  done: (error?: Error) => void,
): void {
  instance.addHook('onRequest', (_request, reply, next) => {
    reply.header('x-content-type-options', 'nosniff');
    next();
  });
  instance.addHook('onSend', (_request, reply, payload, next) => {
    reply.header('x-frame-options', 'DENY');
    next(null, payload);
  });
  done();
}

/** As `fastify-plugin` marks it: its hooks are those of the whole application. */
const wholeSecurity = Object.assign(security, { [Symbol.for('skip-override')]: true });

const ADAPTERS = [
  ['ClusteredFastifyAdapter', () => new ClusteredFastifyAdapter()],
  ['FastifyAdapter', () => new FastifyAdapter()],
] as const;

describe('a refused request', () => {
  it.each(ADAPTERS)(
    'R23 A refusal carries the headers of CORS and of the hooks that the application has registered, with %s.',
    async (_name, adapter) => {
      const url = await startNarrow(adapter());
      const held = fetch(url);
      await until('its handler', () => begun === 1);
      const refused = await fetch(url, { headers: { origin: 'https://shop.example' } });
      end();
      expect(refused.status).toBe(503);
      expect(headersOf(refused)).toEqual({
        'retry-after': expect.stringMatching(/^\d+$/),
        'access-control-allow-origin': '*',
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
      });
      expect(await (await held).text()).toBe('done');
    },
  );
});

it('R23 A refusal carries the headers of CORS that a middleware of the application sets.', async () => {
  const url = await startNarrow(new ClusteredFastifyAdapter(), (app) => {
    app.use((request: IncomingMessage, response: ServerResponse, next: () => void) => {
      response.setHeader('access-control-allow-origin', request.headers.origin ?? '');
      response.setHeader('vary', 'Origin');
      next();
    });
  });
  const headers = { origin: 'https://shop.example' };
  const held = fetch(url, { headers });
  await until('its handler', () => begun === 1);
  const refused = await fetch(url, { headers });
  const other = await fetch(url, { headers: { origin: 'https://other.example' } });
  end();
  expect([refused.status, other.status]).toEqual([503, 503]);
  expect(refused.headers.get('access-control-allow-origin')).toBe('https://shop.example');
  expect(refused.headers.get('vary')).toBe('Origin');
  expect(other.headers.get('access-control-allow-origin')).toBe(null);
  expect(await (await held).text()).toBe('done');
});

/** An application that the usual bootstrap makes: CORS by option, and a plugin. @returns the route */
async function startNarrow(
  adapter: FastifyAdapter,
  prepare?: (app: NestFastifyApplication) => void,
): Promise<string> {
  begun = 0;
  const module = await Test.createTestingModule({
    imports: [
      ContextModule.forRoot(),
      AdmissionModule.forRoot({ ...PATIENT_ADMISSION, queue: { maxQueue: 0 } }),
    ],
    controllers: [NarrowController],
  }).compile();
  const app = module.createNestApplication<NestFastifyApplication>(adapter, {
    logger: false,
    cors: prepare === undefined,
  });
  prepare?.(app);
  await app.register(wholeSecurity);
  await app.listen(0, '127.0.0.1');
  onTestFinished(() => app.close());
  const { port } = app.getHttpServer().address() as AddressInfo;
  return `http://127.0.0.1:${port}/narrow`;
}

function headersOf({ headers }: Response): Record<string, string | null> {
  const names = [
    'retry-after',
    'access-control-allow-origin',
    'x-content-type-options',
    'x-frame-options',
  ];
  return Object.fromEntries(names.map((name) => [name, headers.get(name)]));
}
