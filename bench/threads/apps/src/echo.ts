import { Injectable } from '@nestjs/common';
import { CpuBound, transferResult } from 'nestjs-buttress/threads';

import type { Bytes } from './side.ts';

/** Work that is nothing but the way there and back. */
@Injectable()
export class Echo {
  @CpuBound()
  async nothing(): Promise<void> {}

  @CpuBound()
  async echo(value: unknown): Promise<unknown> {
    return value;
  }

  @CpuBound({ transfer: (bytes: Bytes) => [bytes.buffer] })
  async move(bytes: Bytes): Promise<Bytes> {
    return transferResult(bytes, [bytes.buffer]);
  }
}
