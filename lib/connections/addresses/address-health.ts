import type { Random } from './weighted-order.ts';

export interface HealthOptions {
  /** Consecutive failures that mark an address down. */
  readonly failures: number;
  /** First time down; doubled each further time. */
  readonly downMs: number;
  readonly maxDownMs: number;
}

/** State of an address. `HELD`: taken out of use by an operator. */
export type HealthState =
  | { readonly kind: 'UP'; readonly failures: number; readonly times: number }
  | { readonly kind: 'DOWN'; readonly until: number; readonly times: number }
  | { readonly kind: 'PROBING'; readonly times: number }
  | { readonly kind: 'HELD'; readonly until: number };

const UP: HealthState = { kind: 'UP', failures: 0, times: 0 };

/** Times down after which doubling stops. */
const MAX_TIMES = 16;

/** Relative spread of the time down, so that processes do not all return at once. */
const JITTER = 0.2;

/**
 * Health of one address, as a circuit breaker. Consecutive failures take it down for a time that
 * doubles each time; then a single probe decides whether it comes back.
 */
export class AddressHealth {
  #state: HealthState = UP;
  #isProven = false;
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  get state(): HealthState {
    return this.#state;
  }

  /** Whether a connection has succeeded since it began, or since an operator marked it up. */
  get isProven(): boolean {
    return this.#isProven;
  }

  /** Whether it has failed often enough to go down, but must stay in use as the last of a service. */
  isFailing({ failures }: Pick<HealthOptions, 'failures'>): boolean {
    return this.#state.kind === 'UP' && this.#state.failures >= failures;
  }

  /** Whether it is up at `now`; ends a hold that has expired. */
  isUp(now: number): boolean {
    this.#letGo(now);
    return this.#state.kind === 'UP';
  }

  /** Whether an operator holds it down at `now`. */
  isHeld(now: number): boolean {
    this.#letGo(now);
    return this.#state.kind === 'HELD';
  }

  /** Whether its time down is over and no probe runs. */
  isDue(now: number): boolean {
    return this.#state.kind === 'DOWN' && now >= this.#state.until;
  }

  /** Claims the probe of a due address; the caller must report its outcome. */
  probe(now: number): boolean {
    if (this.#state.kind !== 'DOWN' || !this.isDue(now)) return false;
    this.#state = { kind: 'PROBING', times: this.#state.times };
    return true;
  }

  succeeded(): void {
    this.#isProven = true;
    if (this.#state.kind !== 'HELD') this.#state = UP;
  }

  /**
   * Reports a connection without an answer so far: a probed address goes up, one failure short of
   * going down again, for longer.
   */
  connected({ failures }: HealthOptions): void {
    if (this.#state.kind !== 'PROBING') return;
    this.#state = { kind: 'UP', failures: failures - 1, times: this.#state.times };
  }

  /**
   * Counts a failed connection; true when that took the address down. `mayGoDown` refuses it for
   * the last address of a service.
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

  /** Reports a probe that was abandoned without an outcome. */
  abandoned(now: number): void {
    if (this.#state.kind !== 'PROBING') return;
    this.#state = { kind: 'DOWN', until: now, times: this.#state.times };
  }

  /** Takes it out of use until then, regardless of outcomes. */
  hold(until: number): void {
    this.#state = { kind: 'HELD', until };
  }

  /** Marks it up and clears its failures and hold. */
  markUp(): void {
    this.#state = UP;
    this.#isProven = false;
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
