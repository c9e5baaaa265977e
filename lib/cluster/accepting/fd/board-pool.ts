import type { Libc } from '../../../posix/libc.ts';
import { createSharedMemory, mapSharedWords } from '../../../posix/shared-words.ts';
import { BOARD_BYTES, WorkerBoard } from '../../protocol/fd/worker-board.ts';

/** A board with the descriptor of its memory. */
export interface PooledBoard {
  readonly board: WorkerBoard;
  readonly fd: number;
}

/**
 * Boards of workers. Those of workers that are gone are used again: memory that was mapped can't
 * be given back while anything could still look at it.
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
