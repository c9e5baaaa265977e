import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { ButtressModule, ClusteredFastifyAdapter } from 'nestjs-buttress';

import { HelloController } from './hello.controller.ts';

@Module({ imports: [ButtressModule.forRoot()], controllers: [HelloController] })
class EverythingModule {}

/** The service with adapter, context, admission, statistics, insight and logs. */
export default async function bootstrap(): Promise<NestFastifyApplication> {
  const app = await NestFactory.create<NestFastifyApplication>(
    EverythingModule,
    new ClusteredFastifyAdapter(),
    { logger: ['error'] },
  );
  await app.listen(Number(process.env['PORT']), '127.0.0.1');
  return app;
}
