import type { Libc } from '../../../posix/libc.ts';
import { createSharedMemory, mapSharedWords } from '../../../posix/shared-words.ts';
import { BOARD_BYTES, WorkerBoard } from '../../protocol/fd/worker-board.ts';

/** A board and the descriptor of its memory. */
export interface PooledBoard {
  readonly board: WorkerBoard;
  readonly fd: number;
}

/**
 * Pool of worker boards. Reuses the boards of ended workers: mapped memory is never unmapped, since
 * something may still read it.
 */
export class BoardPool {
  readonly #libc: Libc;
  readonly #all: PooledBoard[] = [];
  readonly #free: PooledBoard[] = [];

  constructor(libc: Libc) {
    this.#libc = libc;
  }

  acquire(): PooledBoard {
    const pooled = this.#free.pop() ?? this.#create();
    pooled.board.clear();
    return pooled;
  }

  release(pooled: PooledBoard): void {
    this.#free.push(pooled);
  }

  close(): void {
    for (const { fd } of this.#all) this.#libc.close(fd);
  }

  #create(): PooledBoard {
    const fd = createSharedMemory(this.#libc, BOARD_BYTES);
    const board = new WorkerBoard(mapSharedWords(this.#libc, fd, BOARD_BYTES));
    const pooled = { board, fd };
    this.#all.push(pooled);
    return pooled;
  }
}
