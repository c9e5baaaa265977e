import { BadRequestException, Controller, Get, Query } from '@nestjs/common';

/** Longest block that a client may ask for, in milliseconds. */
const MAX_BLOCK_MS = 10_000;

const never = new Int32Array(new SharedArrayBuffer(4));

/** The smallest service that can be measured: one cheap route, and one that does harm. */
@Controller()
export class AppController {
  @Get('hello')
  hello(): object {
    return { hello: 'world' };
  }

  /**
   * Blocks the event loop of this worker, as synchronous I/O does: nothing else runs here, while
   * the processor is free for the other processes.
   */
  @Get('block')
  block(@Query('ms') text?: string): object {
    const ms = Number(text);
    if (!(ms >= 0 && ms <= MAX_BLOCK_MS)) throw new BadRequestException('ms: 0 to 10000');
    Atomics.wait(never, 0, 0, ms);
    return { pid: process.pid };
  }
}
