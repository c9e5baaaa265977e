import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import {
  ButtressModule,
  ClusteredFastifyAdapter,
  InjectPinoLogger,
  Logger,
  PinoLogger,
} from 'nestjs-buttress';

@Injectable()
class Shop {
  constructor(@InjectPinoLogger('Shop') private readonly logger: PinoLogger) {}

  open(): void {
    this.logger.info('open');
  }
}

@Module({ imports: [ButtressModule.forRoot()], providers: [Shop] })
class AppModule {}

async function main(): Promise<void> {
  const app = await NestFactory.create<NestFastifyApplication>(
    AppModule,
    new ClusteredFastifyAdapter(),
    { abortOnError: false, bufferLogs: true },
  );
  app.useLogger(app.get(Logger));
  await app.init();
  app.get(Shop).open();
  await app.close();
}

void main();
