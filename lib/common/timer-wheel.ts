import type { Clock } from './clock.ts';

export interface TimerWheelOptions<T> {
  clock: Clock;
  /** Resolution: nothing expires early, and at most one tick late. */
  tickMs: number;
  onExpire: (item: T) => void;
  /** Schedules a callback; the returned function cancels it. */
  schedule: (callback: () => void, afterMs: number) => () => void;
}

/** Entries that expire together. */
interface Tick<T> {
  readonly number: number;
  first: WheelEntry<T> | undefined;
}

/** Linked-list node of its tick. */
export interface WheelEntry<T> {
  readonly item: T;
  readonly tick: Tick<T>;
  before: WheelEntry<T> | undefined;
  after: WheelEntry<T> | undefined;
}

/**
 * Many deadlines behind one timer, in a doubly linked list per tick. Items that are added one after
 * the other mostly share a tick, so the latest one is kept at hand, even empty: adding and removing
 * then need no lookup. The timer runs to the nearest tick that had an item, so deadlines that are
 * removed in time cause no wake-ups.
 */
export class TimerWheel<T> {
  readonly #options: TimerWheelOptions<T>;
  readonly #ticks = new Map<number, Tick<T>>();
  /** Tick of the latest item: the only one that may be empty. */
  #latest: Tick<T> | undefined;
  /** Tick for which the timer is set. */
  #nextTick = Infinity;
  #cancel: (() => void) | undefined;

  constructor(options: TimerWheelOptions<T>) {
    this.#options = options;
  }

  /** Whether the wheel has no items. */
  get isEmpty(): boolean {
    const { size } = this.#ticks;
    return size === 0 || (size === 1 && this.#latest?.first === undefined);
  }

  /** Adds an item; pass the returned entry to `remove`. */
  add(item: T, at: number): WheelEntry<T> {
    const number = Math.ceil(at / this.#options.tickMs);
    const tick = this.#latest?.number === number ? this.#latest : this.#tickOf(number);
    const { first } = tick;
    const entry: WheelEntry<T> = { item, tick, before: undefined, after: first };
    if (first !== undefined) first.before = entry;
    tick.first = entry;
    if (number < this.#nextTick) this.#runTo(number);
    return entry;
  }

  /** Removes an entry, which must not have expired. */
  remove({ tick, before, after }: WheelEntry<T>): void {
    if (after !== undefined) after.before = before;
    if (before !== undefined) before.after = after;
    else tick.first = after;
    if (tick.first === undefined && tick !== this.#latest) this.#ticks.delete(tick.number);
  }

  /** Makes a tick the latest one. */
  #tickOf(number: number): Tick<T> {
    const before = this.#latest;
    if (before !== undefined && before.first === undefined) this.#ticks.delete(before.number);
    const tick = this.#ticks.get(number) ?? { number, first: undefined };
    this.#ticks.set(number, tick);
    this.#latest = tick;
    return tick;
  }

  #runTo(tick: number): void {
    const { clock, tickMs, schedule } = this.#options;
    this.#cancel?.();
    this.#nextTick = tick;
    const afterMs = Math.max(1, Math.ceil(tick * tickMs - clock.now()));
    this.#cancel = schedule(() => this.#turn(), afterMs);
  }

  #turn(): void {
    this.#nextTick = Infinity;
    this.#cancel = undefined;
    const now = this.#options.clock.now() / this.#options.tickMs;
    const due = [...this.#ticks.values()].filter(({ number }) => number <= now);
    for (const tick of due.toSorted((a, b) => a.number - b.number)) this.#expire(tick);
    let next = Infinity;
    for (const { number, first } of this.#ticks.values()) {
      if (first !== undefined && number < next) next = number;
    }
    if (next < this.#nextTick) this.#runTo(next);
  }

  /** Expires one by one: each callback may remove others. */
  #expire(tick: Tick<T>): void {
    for (let entry = tick.first; entry; entry = tick.first) {
      this.remove(entry);
      this.#options.onExpire(entry.item);
    }
  }
}
