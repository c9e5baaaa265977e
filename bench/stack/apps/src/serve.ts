import 'reflect-metadata';
import underPressure from '@fastify/under-pressure';
import { Controller, Get, Module, type ModuleMetadata, Param } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { FastifyAdapter, NestFastifyApplication } from '@nestjs/platform-fastify';
import { Logger } from 'nestjs-pino';

/** The service itself: cheap, so that what observes it shows. */
@Controller('receipts')
export class ReceiptsController {
  @Get(':id')
  read(@Param('id') id: string): object {
    return { id, totalAmount: 1_250, currency: 'EUR' };
  }
}

@Module({})
class AppModule {}

/**
 * Runs an application in this one process, with the same check of its load for all, and says so. It
 * ends with the process that started it.
 */
export async function serve(metadata: ModuleMetadata, adapter: FastifyAdapter): Promise<void> {
  process.once('disconnect', () => process.exit(0));
  const app = await NestFactory.create<NestFastifyApplication>(
    { module: AppModule, ...metadata },
    adapter,
    { bufferLogs: true },
  );
  app.useLogger(app.get(Logger));
  await app.register(underPressure, { maxEventLoopDelay: 1_000 });
  await app.listen(Number(process.env['PORT']), '127.0.0.1');
  process.send?.('ready');
}
