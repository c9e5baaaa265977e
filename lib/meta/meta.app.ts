import 'reflect-metadata';
import { createServer, type RequestListener } from 'node:http';
import type { Server } from 'node:net';

import type { INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';

import { ReportsHub } from '../reports/reports-hub.ts';
import { MetaApplicationModule } from './meta.module.ts';

/** What the meta process needs of the group. */
interface MetaProcess {
  readonly reportsPath?: string;
  handOff<S extends Server>(server: S): S;
}

/** Opens the secondary listener's application. The primary has opened its address already. */
export default async function bootstrap(worker: MetaProcess): Promise<INestApplication> {
  const hub = new ReportsHub();
  if (worker.reportsPath !== undefined) await hub.listen(worker.reportsPath);
  const serverFactory = (handler: RequestListener) => worker.handOff(createServer(handler));
  const app = await NestFactory.create<NestFastifyApplication>(
    MetaApplicationModule.forHub(hub),
    new FastifyAdapter({ serverFactory, forceCloseConnections: true }),
    { logger: ['error', 'warn'] },
  );
  await app.listen(0);
  return app;
}
