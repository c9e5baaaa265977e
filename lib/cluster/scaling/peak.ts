/** Slices of a span: a value is forgotten one slice late at most. */
const SLICES = 12;

/** Largest value of the last `spanMs`, in constant memory. */
export class Peak {
  readonly #sliceMs: number;
  readonly #spanMs: number;
  readonly #slices: { number: number; most: number }[] = [];
  #firstAt: number | undefined;

  constructor(spanMs: number) {
    this.#spanMs = spanMs;
    this.#sliceMs = spanMs / SLICES;
  }

  take(value: number, now: number): void {
    this.#firstAt ??= now;
    const number = Math.floor(now / this.#sliceMs);
    const last = this.#slices.at(-1);
    if (last?.number === number) last.most = Math.max(last.most, value);
    else this.#slices.push({ number, most: value });
    while ((this.#slices[0]?.number ?? number) < number - SLICES) this.#slices.shift();
  }

  /** Undefined: the span is not over yet. */
  over(now: number): number | undefined {
    if (this.#firstAt === undefined || now - this.#firstAt < this.#spanMs) return undefined;
    return Math.max(...this.#slices.map(({ most }) => most));
  }
}
