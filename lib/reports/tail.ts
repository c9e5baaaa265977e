import { type Clock, processClock } from '../common/clock.ts';

/** New rows, for a viewer who follows them. */
export interface TailPart<T> {
  /** Oldest first. */
  rows: T[];
  /** Number of the next row: `from` of the next look. */
  next: number;
  /** Rows between `from` and the first of `rows` that are no longer kept. */
  missed: number;
}

export interface TailLimits {
  /** Maximum number of rows kept. */
  rows: number;
  /** Maximum size of all rows, in the unit of `sizeOf`. */
  size?: number;
}

/** Time without a look after which nobody follows: longer than a loop is usually blocked. */
const FOLLOWED_FOR_MS = 30_000;

/** Latest rows by number, for viewers who look again and again. Keeps none while nobody looks. */
export class Tail<T> {
  readonly #limits: TailLimits;
  readonly #sizeOf: (row: T) => number;
  readonly #clock: Clock;
  #rows: T[] = [];
  #size = 0;
  #next = 0;
  /** On the clock; undefined: nobody looked, and the clock need not be read. */
  #followedUntil: number | undefined;

  /** @param sizeOf size of a row. @default 0 */
  constructor(limits: TailLimits, sizeOf: (row: T) => number = () => 0, clock = processClock) {
    this.#limits = limits;
    this.#sizeOf = sizeOf;
    this.#clock = clock;
  }

  /** Whether somebody looked within the last seconds. */
  get isFollowed(): boolean {
    if (this.#followedUntil === undefined) return false;
    if (this.#clock.now() < this.#followedUntil) return true;
    this.#clear();
    return false;
  }

  /** Adds a row if it is followed. */
  push(row: T): void {
    if (!this.isFollowed) return;
    this.#rows.push(row);
    this.#size += this.#sizeOf(row);
    this.#next++;
    const { rows, size = Infinity } = this.#limits;
    while (this.#rows.length > rows || this.#size > size) this.#size -= this.#drop();
  }

  /** Rows from a number on; null: only later ones. */
  since(from: number | null): TailPart<T> {
    const isKnown = this.isFollowed && from !== null && from <= this.#next;
    this.#followedUntil = this.#clock.now() + FOLLOWED_FOR_MS;
    const next = this.#next;
    if (!isKnown) return { rows: [], next, missed: 0 };
    const first = next - this.#rows.length;
    const rows = this.#rows.slice(Math.max(0, from - first));
    return { rows, next, missed: Math.max(0, first - from) };
  }

  #drop(): number {
    const row = this.#rows.shift();
    return row === undefined ? 0 : this.#sizeOf(row);
  }

  #clear(): void {
    this.#followedUntil = undefined;
    this.#rows = [];
    this.#size = 0;
  }
}

/**
 * Number in the input of an operation that looks at a tail: `{ "from": 17 }`; null: from now on.
 *
 * @throws TypeError for anything else
 */
export function fromIn(input: unknown): number | null {
  const { from = null } = (input ?? {}) as { from?: unknown };
  if (from === null) return null;
  if (typeof from === 'number' && Number.isSafeInteger(from) && from >= 0) return from;
  throw new TypeError('from must be a whole number from 0, or null');
}
