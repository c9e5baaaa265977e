import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import type { ModuleMetadata } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import type { FastifyInstance } from 'fastify';
import { ClusteredFastifyAdapter } from 'nestjs-buttress';
import { onTestFinished } from 'vitest';

import { processSettings } from '../../lib/reports/process-settings.ts';

/** A real application that listens on a port of its own, until the test ends. */
export interface RunningApp {
  app: NestFastifyApplication;
  fastify: FastifyInstance;
  port: number;
  fetch: (path: string, init?: RequestInit) => Promise<Response>;
}

export interface StartAppOptions {
  /** Called before the application listens. */
  prepare?: (app: Pick<RunningApp, 'app' | 'fastify'>) => void | Promise<void>;
  adapter?: ConstructorParameters<typeof ClusteredFastifyAdapter>[0];
}

export async function startApp(
  metadata: ModuleMetadata,
  { prepare, adapter }: StartAppOptions = {},
): Promise<RunningApp> {
  const module = await Test.createTestingModule(metadata).compile();
  const own = new ClusteredFastifyAdapter(adapter);
  const app = module.createNestApplication<NestFastifyApplication>(own, { logger: false });
  const fastify = own.getInstance<FastifyInstance>();
  await prepare?.({ app, fastify });
  await app.listen(0, '127.0.0.1');
  onTestFinished(async () => {
    const closing = app.close();
    // What a test left open would hold it up. HTTP/2 servers have no such method.
    (app.getHttpServer() as Partial<Server>).closeAllConnections?.();
    await closing;
    // What operators changed is the process's, and would reach the next application.
    processSettings().follow([]);
  });
  const { port } = app.getHttpServer().address() as AddressInfo;
  return {
    app,
    fastify,
    port,
    fetch: (path, init) => fetch(`http://127.0.0.1:${port}${path}`, init),
  };
}
