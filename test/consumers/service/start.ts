import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ThreadsModule } from 'nestjs-buttress/threads';

import { ThreadModule } from './thread.module.js';
import { Work } from './work.js';

@Module({})
class AppModule {}

/** Prints as JSON where each method ran, or why the application did not start. */
export async function start(module: URL | string): Promise<void> {
  const threads = ThreadsModule.forRoot({
    module,
    moduleExport: 'ThreadModule',
    cpu: { minThreads: 1, threads: 1 },
    io: { minThreads: 1, threads: 1 },
  });
  try {
    const app = await NestFactory.createApplicationContext(
      { module: AppModule, imports: [threads, ThreadModule] },
      { abortOnError: false, logger: false },
    );
    await app.init();
    const work = app.get(Work);
    const small = await work.computeLarge(1);
    const large = await work.computeLarge(100);
    const places = { cpu: await work.compute(), io: await work.read(), small, large };
    await app.close();
    console.log(JSON.stringify({ places }));
  } catch (error) {
    const { name, message } = error as Error;
    console.log(JSON.stringify({ error: { name, message } }));
  }
}
