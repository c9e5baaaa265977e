import 'reflect-metadata';
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

/** The service without anything that observes it. */
@Module({ controllers: [ReceiptsController] })
export class BareModule {}

/** Runs an application in this one process and says so. It ends with the one that started it. */
export async function serve(
  metadata: ModuleMetadata,
  adapter: FastifyAdapter,
  prepare: (app: NestFastifyApplication) => Promise<unknown> = async () => undefined,
): Promise<void> {
  process.once('disconnect', () => process.exit(0));
  const app = await NestFactory.create<NestFastifyApplication>(
    { module: AppModule, ...metadata },
    adapter,
    { bufferLogs: true },
  );
  app.useLogger(app.get(Logger));
  await prepare(app);
  await app.listen(Number(process.env['PORT']), '127.0.0.1');
  process.send?.('ready');
}
