import 'reflect-metadata';
import { Controller, Get, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { ButtressModule, ClusteredFastifyAdapter } from 'nestjs-buttress';

@Controller()
class WhoController {
  @Get()
  who(): { pid: number } {
    return { pid: process.pid };
  }
}

@Module({ imports: [ButtressModule.forRoot()], controllers: [WhoController] })
class AppModule {}

export default async function bootstrap(): Promise<NestFastifyApplication> {
  const app = await NestFactory.create<NestFastifyApplication>(
    AppModule,
    new ClusteredFastifyAdapter(),
    { abortOnError: false },
  );
  await app.listen(Number(process.env['PORT']), '127.0.0.1');
  return app;
}
