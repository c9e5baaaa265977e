import type { Random } from './weighted-order.ts';

export interface HealthOptions {
  /** Failures in a row that mark an address down. */
  readonly failures: number;
  /** First time down, in milliseconds; doubled with each further one. */
  readonly downMs: number;
  readonly maxDownMs: number;
}

/** How an address does. `HELD`: kept out by hand until it is let go. */
export type HealthState =
  | { readonly kind: 'UP'; readonly failures: number; readonly times: number }
  | { readonly kind: 'DOWN'; readonly until: number; readonly times: number }
  | { readonly kind: 'PROBING'; readonly times: number }
  | { readonly kind: 'HELD'; readonly until: number };

const UP: HealthState = { kind: 'UP', failures: 0, times: 0 };

/** Times down that still double the next. */
const MAX_TIMES = 16;

/** Spread of the time down, so that not all processes come back at once. */
const JITTER = 0.2;

/**
 * The health of one address. Failures in a row take it down for a time that doubles; when that has
 * passed one attempt may probe it, and what becomes of that attempt decides.
 */
export class AddressHealth {
  #state: HealthState = UP;
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  get state(): HealthState {
    return this.#state;
  }

  /** Whether it counts as up at `now`. */
  isUp(now: number): boolean {
    this.#letGo(now);
    return this.#state.kind === 'UP';
  }

  /** Whether it is kept out by hand at `now`. */
  isHeld(now: number): boolean {
    this.#letGo(now);
    return this.#state.kind === 'HELD';
  }

  /** Whether its time down is over and nobody probes it. */
  isDue(now: number): boolean {
    return this.#state.kind === 'DOWN' && now >= this.#state.until;
  }

  /** Takes the probe of an address that is due; the attempt's outcome must be told. */
  probe(now: number): boolean {
    if (this.#state.kind !== 'DOWN' || !this.isDue(now)) return false;
    this.#state = { kind: 'PROBING', times: this.#state.times };
    return true;
  }

  succeeded(): void {
    if (this.#state.kind !== 'HELD') this.#state = UP;
  }

  /**
   * It takes connections, but whether it answers is yet to be seen: one that was probed may be used,
   * and the next failure takes it down again, for longer.
   */
  connected({ failures }: HealthOptions): void {
    if (this.#state.kind !== 'PROBING') return;
    this.#state = { kind: 'UP', failures: failures - 1, times: this.#state.times };
  }

  /**
   * A connection failed. `mayGoDown` says whether the address may be taken down now: the last one
   * that a service has may not. True: it went down by this failure.
   */
  failed(now: number, options: HealthOptions, mayGoDown: () => boolean): boolean {
    switch (this.#state.kind) {
      case 'UP': {
        const failures = this.#state.failures + 1;
        const { times } = this.#state;
        if (failures >= options.failures && mayGoDown()) return this.#goDown(now, options, times);
        this.#state = { kind: 'UP', failures, times };
        return false;
      }
      case 'PROBING':
        if (mayGoDown()) return this.#goDown(now, options, this.#state.times);
        this.#state = { kind: 'UP', failures: options.failures, times: this.#state.times };
        return false;
      case 'DOWN':
      case 'HELD':
        return false;
    }
  }

  /** The attempt that probed it was given up before it had an outcome. */
  abandoned(now: number): void {
    if (this.#state.kind !== 'PROBING') return;
    this.#state = { kind: 'DOWN', until: now, times: this.#state.times };
  }

  /** Keeps it out until then, whatever becomes of it. */
  hold(until: number): void {
    this.#state = { kind: 'HELD', until };
  }

  /** Counts as up from now on, with nothing against it. */
  markUp(): void {
    this.#state = UP;
  }

  #goDown(now: number, { downMs, maxDownMs }: HealthOptions, times: number): true {
    const spread = 1 + JITTER * (2 * this.#random() - 1);
    const lengthMs = Math.min(maxDownMs, downMs * 2 ** times * spread);
    const further = Math.min(MAX_TIMES, times + 1);
    this.#state = { kind: 'DOWN', until: now + lengthMs, times: further };
    return true;
  }

  #letGo(now: number): void {
    if (this.#state.kind === 'HELD' && now >= this.#state.until) this.#state = UP;
  }
}
