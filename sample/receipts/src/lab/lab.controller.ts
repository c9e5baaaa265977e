import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

import { BadRequestException, Controller, Get, Query } from '@nestjs/common';

/** Memory that `/lab/leak` never gives back. */
const leaked: Buffer[] = [];

/** Faults to try: what does the rest of the service do meanwhile? */
@Controller('lab')
export class LabController {
  /** Blocks this worker's event loop. */
  @Get('block')
  block(@Query('ms') ms?: string): object {
    const endsAt = performance.now() + amount('ms', ms, 600_000);
    while (performance.now() < endsAt);
    return { pid: process.pid };
  }

  /** Waits without doing anything. */
  @Get('sleep')
  async sleep(@Query('ms') ms?: string): Promise<object> {
    await sleep(amount('ms', ms, 600_000));
    return { pid: process.pid };
  }

  /** Hashes until so much CPU time has been used. */
  @Get('cpu')
  cpu(@Query('ms') ms?: string): object {
    const started = process.cpuUsage();
    const budget = amount('ms', ms, 60_000) * 1_000;
    const hash = createHash('sha256');
    for (let used = 0; used < budget; used = usedSince(started)) hash.update('receipt');
    return { pid: process.pid, digest: hash.digest('hex') };
  }

  /** Answers with `n` bytes. */
  @Get('bytes')
  bytes(@Query('n') n?: string): string {
    return 'x'.repeat(amount('n', n, 100_000_000));
  }

  /** Leaks memory, in megabytes. */
  @Get('leak')
  leak(@Query('mb') mb?: string): object {
    leaked.push(Buffer.alloc(amount('mb', mb, 1_000) * 2 ** 20, 1));
    return { pid: process.pid, buffers: leaked.length };
  }

  /** Ends this worker. */
  @Get('exit')
  exit(@Query('code') code?: string): never {
    process.exit(amount('code', code ?? '0', 255));
  }

  /** Throws outside of any request. */
  @Get('throw')
  throw(): object {
    setImmediate(() => {
      throw new Error('thrown on purpose by /lab/throw');
    });
    return { pid: process.pid };
  }
}

function usedSince(started: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(started);
  return user + system;
}

function amount(name: string, text: string | undefined, max: number): number {
  const value = Number(text);
  if (text !== undefined && Number.isFinite(value) && value >= 0 && value <= max) return value;
  throw new BadRequestException(`${name} must be a number from 0 to ${max}`);
}
