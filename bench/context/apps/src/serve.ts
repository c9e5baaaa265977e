import 'reflect-metadata';
import { Module, type ModuleMetadata } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { FastifyAdapter, NestFastifyApplication } from '@nestjs/platform-fastify';

@Module({})
class AppModule {}

/** Runs an application in this one process, and says so. It ends with the process that started it. */
export async function serve(metadata: ModuleMetadata, adapter: FastifyAdapter): Promise<void> {
  process.once('disconnect', () => process.exit(0));
  const app = await NestFactory.create<NestFastifyApplication>(
    { module: AppModule, ...metadata },
    adapter,
    { logger: ['error'] },
  );
  await app.listen(Number(process.env['PORT']), '127.0.0.1');
  process.send?.('ready');
}
