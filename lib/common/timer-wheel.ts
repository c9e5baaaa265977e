import type { Clock } from './clock.ts';

export interface TimerWheelOptions<T> {
  clock: Clock;
  /** Resolution: nothing expires early, and at most one tick late. */
  tickMs: number;
  onExpire: (item: T) => void;
  /** Schedules a callback; the returned function cancels it. */
  schedule: (callback: () => void, afterMs: number) => () => void;
}

/** Linked-list node of its tick. */
export interface WheelEntry<T> {
  readonly item: T;
  readonly tick: number;
  before: WheelEntry<T> | undefined;
  after: WheelEntry<T> | undefined;
}

/**
 * Many deadlines behind one timer, in a doubly linked list per tick; adding and removing cost one
 * map lookup each. The timer runs to the nearest tick that had an item, so deadlines that are
 * removed in time cause no wake-ups.
 */
export class TimerWheel<T> {
  readonly #options: TimerWheelOptions<T>;
  /** First entry of each tick. */
  readonly #ticks = new Map<number, WheelEntry<T>>();
  /** Tick for which the timer is set. */
  #nextTick = Infinity;
  #cancel: (() => void) | undefined;

  constructor(options: TimerWheelOptions<T>) {
    this.#options = options;
  }

  /** Whether the wheel has no items. */
  get isEmpty(): boolean {
    return this.#ticks.size === 0;
  }

  /** Adds an item; pass the returned entry to `remove`. */
  add(item: T, at: number): WheelEntry<T> {
    const tick = Math.ceil(at / this.#options.tickMs);
    const first = this.#ticks.get(tick);
    const entry: WheelEntry<T> = { item, tick, before: undefined, after: first };
    if (first !== undefined) first.before = entry;
    this.#ticks.set(tick, entry);
    if (tick < this.#nextTick) this.#runTo(tick);
    return entry;
  }

  /** Removes an entry, which must not have expired. */
  remove({ tick, before, after }: WheelEntry<T>): void {
    if (after !== undefined) after.before = before;
    if (before !== undefined) before.after = after;
    else if (after === undefined) this.#ticks.delete(tick);
    else this.#ticks.set(tick, after);
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
    const due = [...this.#ticks.keys()].filter((tick) => tick <= now);
    for (const tick of due.toSorted((a, b) => a - b)) this.#expire(tick);
    let next = Infinity;
    for (const tick of this.#ticks.keys()) if (tick < next) next = tick;
    if (next < this.#nextTick) this.#runTo(next);
  }

  /** Expires one by one: each callback may remove others. */
  #expire(tick: number): void {
    for (let entry = this.#ticks.get(tick); entry; entry = this.#ticks.get(tick)) {
      this.remove(entry);
      this.#options.onExpire(entry.item);
    }
  }
}
