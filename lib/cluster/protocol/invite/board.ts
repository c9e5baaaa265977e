import { SocketLine, WorkerLine } from './lines.ts';

/** Most listening sockets of a group. */
export const MAX_SOCKETS = 64;

/** Most worker processes at once, draining ones included. */
export const MAX_WORKERS = 2_048;

/** 128 bytes: no two processes write to one cache line. */
const LINE_WORDS = 32;

/** One line for the board itself, then one per socket, then one per worker. */
const SOCKETS_FROM = 1;
const WORKERS_FROM = SOCKETS_FROM + MAX_SOCKETS;
const LINES = WORKERS_FROM + MAX_WORKERS;
export const BOARD_BYTES = LINES * LINE_WORDS * Int32Array.BYTES_PER_ELEMENT;

/** The board's own line: number of worker lines used so far. */
const WORKERS_USED = 0;

/**
 * Memory shared by the primary and its workers, in which they agree on the worker that takes a
 * connection. Each process writes its own line; nothing stops a faulty worker from writing others.
 */
export class InvitationBoard {
  readonly #words: Int32Array;
  readonly #sockets: SocketLine[] = [];
  readonly #workers: WorkerLine[] = [];

  constructor(words: Int32Array) {
    this.#words = words;
  }

  socket(index: number): SocketLine {
    return (this.#sockets[index] ??= new SocketLine(this.#line(SOCKETS_FROM + index)));
  }

  worker(index: number): WorkerLine {
    const known = this.#workers[index];
    if (known !== undefined) return known;
    this.#grow(index + 1);
    return this.worker(index);
  }

  /** Lines of all workers that there have been; those without a worker are not open. */
  get workers(): readonly WorkerLine[] {
    this.#grow(Math.min(MAX_WORKERS, Atomics.load(this.#words, WORKERS_USED)));
    return this.#workers;
  }

  /** Makes room in `workers` for the line at `index`. Only the primary calls it. */
  use(index: number): WorkerLine {
    const used = Atomics.load(this.#words, WORKERS_USED);
    if (index >= used) Atomics.store(this.#words, WORKERS_USED, index + 1);
    const line = this.worker(index);
    line.clear();
    return line;
  }

  #grow(count: number): void {
    for (let index = this.#workers.length; index < count; index++) {
      this.#workers.push(new WorkerLine(this.#line(WORKERS_FROM + index)));
    }
  }

  #line(index: number): Int32Array {
    return this.#words.subarray(index * LINE_WORDS, (index + 1) * LINE_WORDS);
  }
}
