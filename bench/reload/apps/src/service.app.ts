import 'reflect-metadata';
import { Controller, Get, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { ClusteredFastifyAdapter } from 'nestjs-buttress';

@Controller()
class HelloController {
  @Get('hello')
  hello(): object {
    return { hello: 'world' };
  }
}

@Module({ controllers: [HelloController] })
class ServiceModule {}

/** The smallest service that can be reloaded. */
export default async function bootstrap(): Promise<NestFastifyApplication> {
  const app = await NestFactory.create<NestFastifyApplication>(
    ServiceModule,
    new ClusteredFastifyAdapter(),
    { logger: false },
  );
  await app.listen(Number(process.env['PORT']), '127.0.0.1');
  return app;
}
