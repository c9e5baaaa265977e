import { outside } from '../context/storage.ts';

/** Longest that a timer of Node may take, in milliseconds. */
const LONGEST_MS = 2 ** 31 - 1;

/** Keeps the process alive while anything is waited for, and not longer. */
export class ProcessHold {
  readonly #timer = outside(() => setInterval(ignore, LONGEST_MS).unref());
  #waits = 0;

  begin(): void {
    if (this.#waits++ === 0) this.#timer.ref();
  }

  end(): void {
    if (--this.#waits === 0) this.#timer.unref();
  }

  /** For good. */
  close(): void {
    clearInterval(this.#timer);
  }
}

function ignore(): void {}
