import { Injectable, Module } from '@nestjs/common';
import { CpuBound } from 'nestjs-buttress/threads';

import { hashBlocks } from './work.ts';

@Injectable()
export class DecoratedHasher {
  @CpuBound()
  async hash(blocks: number): Promise<string> {
    return hashBlocks(blocks);
  }
}

/** The part of the application that threads boot, too. */
@Module({ providers: [DecoratedHasher], exports: [DecoratedHasher] })
export class ThreadModule {}
