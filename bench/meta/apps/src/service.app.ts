import 'reflect-metadata';
import { Controller, Get, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { ButtressModule, ClusteredFastifyAdapter } from 'nestjs-buttress';

@Controller()
class ItemsController {
  @Get('items/:id')
  item(): object {
    return { name: 'Tea', quantity: 2 };
  }
}

@Module({
  imports: [
    ButtressModule.forRoot({
      logging: { access: false, level: 'warn' },
      // Without it the worker sends no pulse, and answers no report of its own.
      ...(process.env['INSIGHT'] === 'off' ? { meta: false } : {}),
    }),
  ],
  controllers: [ItemsController],
})
class ServiceModule {}

/** A service with every feature that reports. */
export default async function bootstrap(): Promise<NestFastifyApplication> {
  const app = await NestFactory.create<NestFastifyApplication>(
    ServiceModule,
    new ClusteredFastifyAdapter(),
    { logger: false },
  );
  await app.listen(Number(process.env['PORT']), '127.0.0.1');
  return app;
}
