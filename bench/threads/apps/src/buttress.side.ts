import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Context } from 'nestjs-buttress';
import { ContextModule } from 'nestjs-buttress/context';
import { StatsModule } from 'nestjs-buttress/stats';
import { ThreadsModule } from 'nestjs-buttress/threads';

import { Echo } from './echo.ts';
import type { Side } from './side.ts';
import { ThreadModule } from './thread.module.ts';

@Module({
  imports: [
    ContextModule.forRoot(),
    StatsModule.forRoot(),
    ThreadsModule.forRoot({
      module: new URL('./thread.module.js', import.meta.url),
      // 64 in flight: one runs, the others wait.
      cpu: { minThreads: 1, threads: 1, maxQueue: 64 },
    }),
    ThreadModule,
  ],
})
class AppModule {}

/** Decorated methods of a provider, called in a context that travels along. */
export async function buttressSide(): Promise<Side> {
  const app = await NestFactory.createApplicationContext(AppModule, { logger: ['error'] });
  const echo = app.get(Echo);
  return {
    nothing: () => echo.nothing(),
    echo: (value) => echo.echo(value),
    move: (bytes) => echo.move(bytes),
    within: (calls) => Context.run({}, calls),
  };
}
