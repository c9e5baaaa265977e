import { type INestApplicationContext, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ThreadsModule } from 'nestjs-buttress/threads';

import type { Place, Secret, Work } from './work.js';

interface Copy {
  Secret: typeof Secret;
  Work: typeof Work;
}

@Module({})
class AppModule {}

async function start(copies: readonly Copy[]): Promise<INestApplicationContext> {
  const threads = ThreadsModule.forRoot({
    module: new URL('./thread.module.js', import.meta.url),
    cpu: { threads: 1 },
    io: { threads: 1 },
  });
  const providers = copies.flatMap((copy) => [copy.Secret, copy.Work]);
  const app = await NestFactory.createApplicationContext(
    { module: AppModule, imports: [threads], providers },
    { abortOnError: false, logger: false },
  );
  return app.init();
}

/** CommonJS may give all of its exports as `default`. */
async function load(url: string): Promise<Copy> {
  const exports = (await import(url)) as Partial<Copy> & { default?: Copy };
  const { Secret, Work } = exports.default ?? exports;
  if (Secret === undefined || Work === undefined) throw new Error(`${url} lacks its classes`);
  return { Secret, Work };
}

/** An application for each copy of one module, all at the same time. */
async function runEach(urls: readonly string[]): Promise<Record<string, Place>> {
  const copies = await Promise.all(urls.map(load));
  if (new Set(copies.map((copy) => copy.Work)).size < urls.length) throw new Error('no copies');
  const apps = await Promise.all(copies.map((copy) => start([copy])));
  const calls = apps.map(async (app, index) => {
    const type = copies[index]?.Work ?? '';
    return [urls[index], await app.get<Work>(type).compute()] as const;
  });
  const places = Object.fromEntries(await Promise.all(calls));
  await Promise.all(apps.map((app) => app.close()));
  return places;
}

try {
  console.log(JSON.stringify({ places: await runEach(process.argv.slice(2)) }));
} catch (error) {
  const { name, message } = error as Error;
  console.log(JSON.stringify({ error: { name, message } }));
}
