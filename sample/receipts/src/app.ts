import 'reflect-metadata';
import { StandardSchemaValidationPipe } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { bootTimings, ClusteredFastifyAdapter, type WorkerRuntime } from 'nestjs-buttress';

import { AppModule } from './app.module.ts';
import { readSettings } from './settings.ts';

/** Largest file of receipts. */
const MAX_FILE_BYTES = 16 * 1024 * 1024;

/** Creates the application: in every worker of the group, or once in development. */
export default async function bootstrap({
  mode,
}: Pick<WorkerRuntime, 'mode'>): Promise<NestFastifyApplication> {
  const settings = readSettings();
  const app = await NestFactory.create<NestFastifyApplication>(
    AppModule.forSettings(settings, mode),
    new ClusteredFastifyAdapter(),
    { abortOnError: false, instrument: bootTimings() },
  );
  app.useGlobalPipes(new StandardSchemaValidationPipe());
  app.useBodyParser('text/csv', { bodyLimit: MAX_FILE_BYTES });
  await app.listen(settings.port, settings.host);
  return app;
}
