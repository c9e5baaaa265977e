import { LimitedWait, type Limits, type WaitEnd } from './wait-limits.ts';

/** What a read looks for in the bytes that are there; undefined: it is not there yet. */
export type Attempt<T> = () => T | undefined;

/** A read that waits, whatever it reads. */
interface PendingRead {
  /** Whether it is over. */
  serve(): boolean;
  fail(error: Error): void;
  /** Nothing more will come for it. */
  end(): void;
}

/** Makes the error of a read that failed. */
export interface ReadFailures {
  /** Of a wait that was ended. */
  endedBy: (end: WaitEnd) => Error;
  /** When nothing more will come. */
  over: () => Error;
}

/** Reads in the order in which they were asked for; each takes what the ones before it left. */
export class PendingReads {
  readonly #reads = new Set<PendingRead>();

  get size(): number {
    return this.#reads.size;
  }

  /** Waits at the end of the queue until `attempt` finds what it looks for. */
  add<T>(attempt: Attempt<T>, limits: Limits, { endedBy, over }: ReadFailures): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    let wait: LimitedWait | undefined;
    const leave = (): void => {
      this.#reads.delete(read);
      wait?.release();
    };
    const read: PendingRead = {
      fail: (error) => {
        leave();
        reject(error);
      },
      end: () => read.fail(over()),
      serve: () => {
        const found = attempt();
        if (found === undefined) return false;
        leave();
        resolve(found);
        return true;
      },
    };
    this.#reads.add(read);
    wait = new LimitedWait(limits, (end) => {
      read.fail(endedBy(end));
      // The next one may need no more than what this one left.
      this.serve();
    });
    return promise;
  }

  /** Bytes have come, or the end. */
  serve(): void {
    for (const read of this.#reads) {
      try {
        if (!read.serve()) return;
      } catch (error) {
        read.fail(error as Error);
      }
    }
  }

  /** Nothing will come any more: serves those that need no more, and fails the others. */
  end(): void {
    this.serve();
    for (const read of this.#reads) {
      read.end();
      this.serve();
    }
  }
}
