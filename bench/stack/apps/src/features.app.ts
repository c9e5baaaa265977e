import 'reflect-metadata';
import type { ModuleMetadata } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import {
  ButtressModule,
  type ButtressModuleOptions,
  ClusteredFastifyAdapter,
} from 'nestjs-buttress';
import { Logger } from 'nestjs-pino';

import { BareModule } from './serve.ts';

/** Features that do something in each request, as `FEATURES` names them. */
const PER_REQUEST = ['admission', 'stats', 'meta', 'logging'] as const;

/** The application in a worker of the group. */
export default async function bootstrap(): Promise<NestFastifyApplication> {
  const features = new Set(process.env['FEATURES']?.split(','));
  const isLogged = features.has('logging');
  const app = await NestFactory.create<NestFastifyApplication>(
    { module: BareModule, ...importsOf(features) },
    new ClusteredFastifyAdapter(),
    isLogged ? { bufferLogs: true } : { logger: ['error'] },
  );
  if (isLogged) app.useLogger(app.get(Logger));
  await app.listen(Number(process.env['PORT']), '127.0.0.1');
  return app;
}

function importsOf(features: ReadonlySet<string>): ModuleMetadata {
  if (!features.has('context')) return {};
  const without = PER_REQUEST.filter((feature) => !features.has(feature));
  const options: ButtressModuleOptions = Object.fromEntries(
    without.map((feature) => [feature, false]),
  );
  return { imports: [ButtressModule.forRoot(options)] };
}
