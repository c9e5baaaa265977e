import { type ChildProcess, execFile, fork } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);

const MAIN = fileURLToPath(new URL('./apps/dist/round-trips.main.js', import.meta.url));

/** What is measured in one go. */
export interface Order {
  side: string;
  row: string;
  calls: number;
}

/** Where its threads may run: where the system puts them, or all on one core. */
export type Placement = 'free' | 'one-core';

/** The process in which all sides have their threads. */
export class RoundTrips {
  readonly #child: ChildProcess;
  readonly #ended: Promise<never>;

  private constructor(child: ChildProcess) {
    this.#child = child;
    const { promise, reject } = Promise.withResolvers<never>();
    child.once('exit', (code) => reject(new Error(`the measured process ended with ${code}`)));
    promise.catch(() => undefined);
    this.#ended = promise;
  }

  /** Resolves when all threads are there. */
  static async start(placement: Placement): Promise<RoundTrips> {
    const started = new RoundTrips(fork(MAIN, { execArgv: [] }));
    await started.#answer();
    if (placement === 'one-core') await keepOnOneCore(started.#child);
    return started;
  }

  /** Microseconds per call. */
  async measure(order: Order): Promise<number> {
    const answer = this.#answer();
    this.#child.send(order);
    return (await answer) as number;
  }

  async end(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#ended.catch(() => undefined);
  }

  async #answer(): Promise<unknown> {
    const [message] = (await Promise.race([once(this.#child, 'message'), this.#ended])) as [
      unknown,
    ];
    return message;
  }
}

/** The last one: interrupts tend to come to the first. Linux. */
async function keepOnOneCore({ pid }: ChildProcess): Promise<void> {
  const core = availableParallelism() - 1;
  await run('taskset', ['--all-tasks', '--cpu-list', '--pid', String(core), String(pid)]);
}
