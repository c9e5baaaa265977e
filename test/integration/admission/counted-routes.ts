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

  /** Answers with so many bytes. */
  @Get('bytes')
  async bytes(@Query('n') n: string): Promise<string> {
    await this.running.during(1);
    return 'x'.repeat(Number(n));
  }
}
