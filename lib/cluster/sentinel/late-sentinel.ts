import type { Sentinel } from './sentinel.ts';

/** Boots that take longer may need the stacks of all threads. */
const LONG_BOOT_MS = 2_000;

/** A sentinel that leaves the CPU to the boot of its worker. */
export class LateSentinel {
  readonly #make: () => Sentinel;
  #sentinel: Sentinel | undefined;
  #onStart: (() => void) | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(make: () => Sentinel) {
    this.#make = make;
  }

  /**
   * Starts it once the boot takes long, unless `start` is called before.
   *
   * @param onStart called when it has been started
   */
  startInTime(onStart: () => void): void {
    this.#onStart = onStart;
    this.#timer = setTimeout(() => this.start(), LONG_BOOT_MS).unref();
  }

  start(): Sentinel {
    if (this.#sentinel !== undefined) return this.#sentinel;
    clearTimeout(this.#timer);
    this.#sentinel = this.#make();
    this.#onStart?.();
    return this.#sentinel;
  }
}
