import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';

import { Body, Controller, Get, Inject, Injectable, Post, Query } from '@nestjs/common';
import { Admission } from 'nestjs-buttress';

/** Handlers that run now, and how many there were. */
@Injectable()
export class Running {
  begun = 0;
  now = 0;
  most = 0;

  /** A handler that takes so long. */
  async during(ms: number): Promise<void> {
    this.begun++;
    this.now++;
    this.most = Math.max(this.most, this.now);
    await sleep(ms);
    this.now--;
  }
}

/** The places of the routes that have a limit. */
export const LIMIT = 5;

/** What all of them are given: it is there once. */
const MUCH = Buffer.alloc(6_000_000, 'x');

/** Routes whose handlers take their time, whatever becomes of their clients. */
@Controller('counted')
export class CountedRoutes {
  constructor(@Inject(Running) private readonly running: Running) {}

  @Get('limited')
  @Admission({ limit: LIMIT })
  async limited(@Query('ms') ms: string): Promise<object> {
    await this.running.during(Number(ms));
    return { ms };
  }

  @Post('limited')
  @Admission({ limit: LIMIT })
  async take(@Query('ms') ms: string, @Body() body: string): Promise<object> {
    await this.running.during(Number(ms));
    return { length: body.length };
  }

  @Get('open')
  async open(@Query('ms') ms: string): Promise<object> {
    await this.running.during(Number(ms));
    return { ms };
  }

  @Post('open')
  async takeOpen(@Body() body: string): Promise<object> {
    await this.running.during(1);
    return { length: body.length };
  }

  /** Reads a body after a while, where it is given one as a stream. */
  @Post('stream')
  async takeStream(@Query('ms') ms: string, @Body() body: Readable): Promise<object> {
    await this.running.during(Number(ms));
    let length = 0;
    for await (const chunk of body as AsyncIterable<Buffer>) length += chunk.length;
    return { length };
  }

  /** Answers with more than the kernel keeps for a client that does not read. */
  @Get('much')
  async much(): Promise<Buffer> {
    await this.running.during(1);
    return MUCH;
  }
}
