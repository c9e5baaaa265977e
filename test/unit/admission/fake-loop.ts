import type { Loop } from '../../../lib/admission/loop.ts';

interface Timer {
  at: number;
  callback: () => void;
}

/** An event loop whose time passes when a test says so. */
export class FakeLoop implements Loop {
  now = 0;
  readonly clock = { now: (): number => this.now };
  #idleMs = 0;
  #timers: Timer[] = [];
  readonly #endOfTurn: (() => void)[] = [];
  readonly #afterThis: (() => void)[] = [];

  get isTurnEndDue(): boolean {
    return this.#endOfTurn.length > 0;
  }

  idleMs(): number {
    return this.#idleMs;
  }

  atEndOfTurn(callback: () => void): void {
    this.#endOfTurn.push(callback);
  }

  afterThis(callback: () => void): void {
    this.#afterThis.push(callback);
  }

  readonly schedule = (callback: () => void, afterMs: number): (() => void) => {
    const timer = { at: this.now + afterMs, callback };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  };

  /** Something has the loop for so long. */
  work(ms: number): void {
    this.now += ms;
  }

  /** Nothing happens for so long but timers. */
  wait(ms: number): void {
    this.now += ms;
    this.#idleMs += ms;
    const due = this.#timers.filter(({ at }) => at <= this.now);
    this.#timers = this.#timers.filter(({ at }) => at > this.now);
    for (const { callback } of due) callback();
  }

  endTurn(): void {
    for (const callback of this.#endOfTurn.splice(0)) {
      callback();
      for (let next = this.#afterThis.shift(); next; next = this.#afterThis.shift()) next();
    }
  }
}
