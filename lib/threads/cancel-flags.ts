/** Before the places: how long a thread waits before it boots, in milliseconds. */
const BOOT_DELAY = 0;
const FIRST_PLACE = 1;

/**
 * Memory that the main thread and the threads of a pool share. A place per thread holds the number
 * of the call that is cancelled there, so a synchronous loop can look without any message.
 */
export class CancelFlags {
  readonly memory: SharedArrayBuffer;
  readonly #cells: Int32Array;

  constructor(memory: SharedArrayBuffer) {
    this.memory = memory;
    this.#cells = new Int32Array(memory);
  }

  static for(places: number): CancelFlags {
    const bytes = (FIRST_PLACE + places) * Int32Array.BYTES_PER_ELEMENT;
    return new CancelFlags(new SharedArrayBuffer(bytes));
  }

  cancel(place: number, call: number): void {
    Atomics.store(this.#cells, FIRST_PLACE + place, call);
  }

  isCancelled(place: number, call: number): boolean {
    return Atomics.load(this.#cells, FIRST_PLACE + place) === call;
  }

  get bootDelayMs(): number {
    return Atomics.load(this.#cells, BOOT_DELAY);
  }

  set bootDelayMs(ms: number) {
    Atomics.store(this.#cells, BOOT_DELAY, Math.round(ms));
  }
}
