import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';

import { BareModule } from './serve.ts';

/** Nest and Fastify as they come: what every feature is measured against. */
process.once('disconnect', () => process.exit(0));
const app = await NestFactory.create<NestFastifyApplication>(BareModule, new FastifyAdapter(), {
  logger: ['error'],
});
await app.listen(Number(process.env['PORT']), '127.0.0.1');
process.send?.('ready');
