import { LONGEST_TIMER_MS } from '../common/clock.ts';
import { ignore } from '../common/ignore.ts';
import { outside } from '../common/outside.ts';

/** Keeps the process alive while there are pending calls. */
export class ProcessHold {
  readonly #timer = outside(() => setInterval(ignore, LONGEST_TIMER_MS).unref());
  #waits = 0;

  begin(): void {
    if (this.#waits++ === 0) this.#timer.ref();
  }

  end(): void {
    if (--this.#waits === 0) this.#timer.unref();
  }

  /** Ends the hold permanently. */
  close(): void {
    clearInterval(this.#timer);
  }
}
