import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';

import { HelloController } from './hello.controller.ts';

@Module({ controllers: [HelloController] })
class PlainModule {}

/** The service on Nest and Fastify alone, in one process. */
process.once('disconnect', () => process.exit(0));
const app = await NestFactory.create<NestFastifyApplication>(PlainModule, new FastifyAdapter(), {
  logger: ['error'],
});
await app.listen(Number(process.env['PORT']), '127.0.0.1');
process.send?.('ready');
