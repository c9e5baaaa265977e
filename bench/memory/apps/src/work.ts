import { Injectable } from '@nestjs/common';
import { CpuBound } from 'nestjs-buttress/threads';

const ROWS = 2_000;

/** Rows as a file has them, some 150 KB. */
const TEXT = JSON.stringify(
  Array.from({ length: ROWS }, (_, id) => ({ id, name: `Item ${id}`, tags: ['new', 'blue'] })),
);

/** Work that leaves much garbage and gives back little. */
@Injectable()
export class Work {
  @CpuBound()
  async nothing(): Promise<void> {}

  @CpuBound()
  async parse(): Promise<number> {
    return this.allocate();
  }

  allocate(): number {
    return (JSON.parse(TEXT) as unknown[]).length;
  }
}
