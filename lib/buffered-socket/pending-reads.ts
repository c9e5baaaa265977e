import { LimitedWait, type Limits, type WaitEnd } from './wait-limits.ts';

/** Tries to take a read's result from the unread bytes; undefined: not there yet. */
export type ReadAttempt<T> = () => T | undefined;

/** A read that waits, of any result type. */
interface PendingRead {
  /** Tries again; returns whether the read is over. */
  serve(): boolean;
  fail(error: Error): void;
  /** Fails the read because no more bytes will come. */
  end(): void;
}

/** Creates the error of a failed read. */
export interface ReadFailures {
  /** For a timeout or an abort. */
  endedBy: (end: WaitEnd) => Error;
  /** For the end of the bytes. */
  over: () => Error;
}

/** First-in, first-out queue of reads; each takes bytes that earlier ones left. */
export class PendingReads {
  readonly #reads = new Set<PendingRead>();

  get size(): number {
    return this.#reads.size;
  }

  /** Queues a read, which resolves when `attempt` returns a result. */
  add<T>(attempt: ReadAttempt<T>, limits: Limits, { endedBy, over }: ReadFailures): Promise<T> {
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
      // The next read may need no more than the bytes that this one left.
      this.serve();
    });
    return promise;
  }

  /** Tries the reads in order, after bytes or the end have come. */
  serve(): void {
    for (const read of this.#reads) {
      try {
        if (!read.serve()) return;
      } catch (error) {
        read.fail(error as Error);
      }
    }
  }

  /** Ends the queue: serves reads that need no more bytes, and fails the others. */
  end(): void {
    this.serve();
    for (const read of this.#reads) {
      read.end();
      this.serve();
    }
  }
}
