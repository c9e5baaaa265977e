import { type INestApplicationContext, Module, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ThreadsModule, type ThreadsModuleOptions } from 'nestjs-buttress/threads';

import * as modules from './modules.js';
import { type Place, WORK } from './work.js';

interface Given extends ThreadsModuleOptions {
  /** Name of the application's module. */
  app: keyof typeof modules;
  /** File of that of its threads. */
  file?: string;
  /** Its name. @default that of the application */
  thread?: string;
}

@Module({})
class AppModule {}

async function start({ app: name, ...given }: Given): Promise<INestApplicationContext> {
  const { file = 'modules', thread = name, ...options } = given;
  const module = new URL(`./${file}.js`, import.meta.url);
  const threads = ThreadsModule.forRoot({
    module,
    moduleExport: thread,
    cpu: { threads: 2 },
    ...options,
  });
  const own = Reflect.get(modules, name) as Type;
  const app = await NestFactory.createApplicationContext(
    { module: AppModule, imports: [threads, own] },
    { abortOnError: false, logger: false },
  );
  return app.init();
}

function told(error: unknown): object {
  const { name, message, cause } = error as Error;
  const reason = cause instanceof Error ? { name: cause.name, message: cause.message } : undefined;
  return { name, message, cause: reason };
}

// Nothing here ends the process: it has to end when the application does, or did not start.
try {
  const app = await start(JSON.parse(process.argv[2] ?? '{}') as Given);
  const work = await app.resolve<{ where(): Promise<Place> }>(WORK);
  try {
    console.log(JSON.stringify({ places: { work: await work.where() } }));
  } catch (error) {
    console.log(JSON.stringify({ callError: told(error) }));
  }
  await app.close();
} catch (error) {
  console.log(JSON.stringify({ error: told(error) }));
}
