import 'reflect-metadata';
import { createHash } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';

import {
  Body,
  Controller,
  Get,
  HttpCode,
  Module,
  type ModuleMetadata,
  Post,
  Query,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { FastifyAdapter, NestFastifyApplication } from '@nestjs/platform-fastify';

import { Upstream } from './upstream.ts';

const BLOCK = Buffer.alloc(16_384, 7);

/** Blocks that are hashed for one request: so many take 20 ms on this machine. */
const BLOCKS = Number(process.env['WORK_BLOCKS'] ?? 1);

/** How long what `/far` waits for takes, in milliseconds. */
let farMs = 50;

const upstream = new Upstream({ places: 50, takesMs: 100 });

/** One route per kind of work. */
@Controller()
class WorkController {
  @Get('cpu')
  cpu(): object {
    return { digest: work(BLOCKS) };
  }

  @Get('io')
  async io(): Promise<object> {
    await upstream.call();
    return { isDone: true };
  }

  @Get('far')
  async far(): Promise<object> {
    await wait(farMs);
    return { isDone: true };
  }

  @Get('far/takes')
  farTakes(@Query('ms') ms: string): object {
    farMs = Number(ms);
    return { farMs };
  }

  @Post('store')
  @HttpCode(200)
  store(@Body() body: string): object {
    return { length: body.length };
  }

  @Get('large')
  large(@Query('kib') kib = '1'): string {
    return 'x'.repeat(Number(kib) * 1_024);
  }

  @Get('light')
  light(): object {
    return { isDone: true };
  }
}

/** Real work, whose speed does not depend on how well it is compiled. */
function work(blocks: number): string {
  const hash = createHash('sha256');
  for (let block = 0; block < blocks; block++) hash.update(BLOCK);
  return hash.digest('hex');
}

@Module({})
class AppModule {}

export interface ServeOptions {
  /** @default that of the environment */
  port?: number;
  prepare?: (app: NestFastifyApplication) => Promise<unknown>;
}

/** Runs an application in this process. It ends with the one that started it. */
export async function serve(
  adapter: FastifyAdapter,
  metadata: ModuleMetadata,
  { port = Number(process.env['PORT']), prepare }: ServeOptions = {},
): Promise<void> {
  process.once('disconnect', () => process.exit(0));
  const app = await NestFactory.create<NestFastifyApplication>(
    { module: AppModule, controllers: [WorkController], ...metadata },
    adapter,
    // Nest logs each refusal of some: that would be their load.
    { logger: false },
  );
  await prepare?.(app);
  await app.listen(port, '127.0.0.1');
}
