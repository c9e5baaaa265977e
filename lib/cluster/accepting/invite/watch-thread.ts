import { Worker } from 'node:worker_threads';

import { ownFile } from '../../../common/files/own-file.ts';
import type { Libc } from '../../../posix/libc.ts';
import { socketPair, wake } from '../../../posix/socket-pair.ts';
import { AcceptThreadError } from '../../cluster.errors.ts';
import type { WatchLoopData } from './watch-loop.ts';
import { WatchTable } from './watch-table.ts';

/** In megabytes: the thread runs one small loop. */
const RESOURCES = { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 1, stackSizeMb: 1 };

const ENTRY = ownFile('cluster/accepting/invite/watch-thread.entry.js');

/** The primary's side of the watching thread: see watch-loop.ts. */
export class WatchThread {
  readonly table = new WatchTable();
  readonly #libc: Libc;
  readonly #signal: number;
  readonly #thread: Worker;
  readonly #onEnd: (error: Error) => void;
  readonly #onProcessExit = (): void => this.#stop();

  /** @param onEnd called when the thread ends unexpectedly, after which no worker is rung */
  constructor(
    libc: Libc,
    data: Omit<WatchLoopData, 'table' | 'signalFd'>,
    onEnd: (error: Error) => void,
  ) {
    this.#libc = libc;
    this.#onEnd = onEnd;
    const [own, signalFd] = socketPair(libc, 'stream');
    this.#signal = own;
    this.#thread = new Worker(ENTRY, {
      workerData: { ...data, table: this.table.memory, signalFd } satisfies WatchLoopData,
      resourceLimits: RESOURCES,
      // Modules preloaded by NODE_OPTIONS are meant for the process, not for this thread.
      execArgv: [],
      env: {},
      name: 'accept',
    });
    this.#thread.unref();
    this.#thread.once('error', (cause) => this.#ended(cause));
    this.#thread.once('exit', () => this.#ended());
    // Node waits for the thread at exit, and can't terminate it while it blocks in the kernel.
    process.once('exit', this.#onProcessExit);
  }

  /** Has the thread look at the table and at all sockets. */
  wake(): void {
    if (!this.table.isStopped) wake(this.#libc, this.#signal);
  }

  end(): void {
    process.off('exit', this.#onProcessExit);
    this.#stop();
  }

  #stop(): void {
    if (this.table.isStopped) return;
    this.table.stop();
    wake(this.#libc, this.#signal);
    this.#libc.close(this.#signal);
  }

  #ended(cause?: unknown): void {
    if (this.table.isStopped) return;
    this.table.stop();
    this.#onEnd(new AcceptThreadError({ cause }));
  }
}
