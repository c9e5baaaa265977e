import 'reflect-metadata';
import { Controller, Get, Inject, Module, type ModuleMetadata } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { ContextModule } from 'nestjs-buttress/context';
import { StatsModule } from 'nestjs-buttress/stats';

import { BLOCKS } from './work.ts';

/** What does the work of a request, wherever. */
export abstract class Hasher {
  abstract hash(blocks: number): Promise<string>;
}

@Controller()
class WorkController {
  constructor(@Inject(Hasher) private readonly hasher: Hasher) {}

  @Get('work')
  async work(): Promise<object> {
    return { digest: await this.hasher.hash(BLOCKS) };
  }

  @Get('light')
  light(): object {
    return { isDone: true };
  }
}

@Module({})
class AppModule {}

/**
 * Runs the application in this process, and says so. Variants are alike but for where the work is
 * done. It ends with the process that started it.
 */
export async function serve({ imports = [], providers = [] }: ModuleMetadata): Promise<void> {
  process.once('disconnect', () => process.exit(0));
  const module = {
    module: AppModule,
    imports: [ContextModule.forRoot(), StatsModule.forRoot(), ...imports],
    controllers: [WorkController],
    providers,
  };
  const app = await NestFactory.create<NestFastifyApplication>(module, new FastifyAdapter(), {
    logger: ['error'],
  });
  await app.listen(Number(process.env['PORT']), '127.0.0.1');
  process.send?.('ready');
}
