import type { AddressInfo, Server } from 'node:net';

import { Controller, Get, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { fastify } from 'fastify';
import { afterEach, describe, expect, it } from 'vitest';

import { ClusteredFastifyAdapter } from '../../lib/cluster/adapter/clustered-fastify.adapter.ts';
import { runSingle } from '../../lib/cluster/single/run-single.ts';
import { provideRuntime, type WorkerRuntime } from '../../lib/cluster/worker-runtime.ts';
import { Reports } from '../../lib/reports/reports.ts';

@Controller()
class HelloController {
  @Get()
  hello(): string {
    return 'hello';
  }
}

@Module({ controllers: [HelloController] })
class HelloModule {}

async function create(adapter: ClusteredFastifyAdapter): Promise<NestFastifyApplication> {
  const app = await NestFactory.create<NestFastifyApplication>(HelloModule, adapter, {
    logger: false,
  });
  await app.listen(0, '127.0.0.1');
  return app;
}

/** A runtime that notes what is handed over. */
function notingRuntime(handed: Server[], mode: 'group' | 'single'): WorkerRuntime {
  return {
    mode,
    id: 1,
    slot: 0,
    isDraining: false,
    isCurrent: true,
    reports: new Reports(),
    handOff: (server) => {
      handed.push(server);
      return server;
    },
  };
}

let app: NestFastifyApplication | undefined;

afterEach(async () => {
  await app?.close();
  app = undefined;
  provideRuntime(notingRuntime([], 'single'));
});

describe('ClusteredFastifyAdapter', () => {
  it('is a plain FastifyAdapter outside of a Group', async () => {
    app = await create(new ClusteredFastifyAdapter());
    expect(await (await fetch(await app.getUrl())).text()).toBe('hello');
    const { port } = app.getHttpServer().address() as AddressInfo;
    expect(port).toBeGreaterThan(0);
  });

  it('runs by runSingle with the same bootstrap', async () => {
    const single = await runSingle(async (worker) => {
      expect(worker).toMatchObject({
        mode: 'single',
        id: 0,
        slot: 0,
        isDraining: false,
        isCurrent: true,
      });
      return create(new ClusteredFastifyAdapter());
    });
    app = single;
    expect(await (await fetch(await single.getUrl())).text()).toBe('hello');
    process.removeAllListeners('SIGINT').removeAllListeners('SIGTERM');
  });

  it('hands its server over in a worker, with the timeouts that Fastify would set', async () => {
    const handed: Server[] = [];
    provideRuntime(notingRuntime(handed, 'group'));
    app = await create(
      new ClusteredFastifyAdapter({
        keepAliveTimeout: 1_234,
        requestTimeout: 2_345,
        connectionTimeout: 3_456,
        maxRequestsPerSocket: 5,
      }),
    );
    expect(handed).toHaveLength(1);
    expect(handed[0]).toMatchObject({
      keepAliveTimeout: 1_234,
      requestTimeout: 2_345,
      timeout: 3_456,
      maxRequestsPerSocket: 5,
    });
  });

  it('refuses a ready-made Fastify instance and says what to do', () => {
    const instance = fastify();
    expect(() => new ClusteredFastifyAdapter(instance as never)).toThrow(
      expect.objectContaining({
        code: 'ERR_BUTTRESS_CLUSTER_LISTEN',
        message: expect.stringContaining('takes Fastify options, not a Fastify instance'),
      }),
    );
  });
});
