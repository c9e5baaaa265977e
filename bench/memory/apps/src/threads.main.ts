import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ContextModule } from 'nestjs-buttress/context';
import { StatsModule } from 'nestjs-buttress/stats';
import { ThreadsModule } from 'nestjs-buttress/threads';

import { ThreadModule } from './thread.module.ts';
import { Work } from './work.ts';

const DAY_MS = 86_400_000;

const CALLS = 1_000;

@Module({
  imports: [
    ContextModule.forRoot(),
    StatsModule.forRoot(),
    ThreadsModule.forRoot({
      module: new URL('./thread.module.js', import.meta.url),
      cpu: { threads: 1, idleMs: DAY_MS },
      // A busy machine is no reason to fail.
      bootTimeoutMs: DAY_MS,
    }),
    ThreadModule,
  ],
})
class AppModule {}

/** An application whose pool gets its thread, and work for it, when it is told. */
process.once('disconnect', () => process.exit(0));
const app = await NestFactory.createApplicationContext(AppModule, { logger: ['error'] });
const work = app.get(Work);

const steps: Record<string, () => Promise<unknown>> = {
  collect: async () => {
    // Several drop code, too, that was not run since: the first reading would have it alone.
    for (let round = 0; round < 8; round++) {
      globalThis.gc?.({ type: 'major', execution: 'sync', flavor: 'last-resort' });
    }
  },
  /** Fills the young generation of this thread, so that it does not grow while calls are sent. */
  prepare: async () => {
    for (let call = 0; call < CALLS; call++) work.allocate();
  },
  start: () => work.nothing(),
  load: async () => {
    // oxlint-disable-next-line no-await-in-loop -- the pool has one thread
    for (let call = 0; call < CALLS; call++) await work.parse();
  },
};

process.on('message', (step: string) => void carryOut(step));
process.send?.('ready');

async function carryOut(step: string): Promise<void> {
  await steps[step]?.();
  process.send?.(step);
}
