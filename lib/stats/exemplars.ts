/** A value with the trace of the request that it comes from. */
export interface Exemplar {
  value: number;
  traceId: string;
  /** In milliseconds since the epoch. */
  at: number;
}

/** Largest number of magnitudes; larger values share the last one. */
const MAGNITUDES = 40;

/** Latest exemplar of each magnitude, so that the many fast requests do not displace the slow ones. */
export class Exemplars {
  readonly #latest = new Map<number, Exemplar>();

  add(exemplar: Exemplar): void {
    const magnitude = magnitudeOf(exemplar.value);
    const known = this.#latest.get(magnitude);
    if (known === undefined || known.at <= exemplar.at) this.#latest.set(magnitude, exemplar);
  }

  data(): Exemplar[] {
    return [...this.#latest.values()];
  }
}

/** Merges exemplars of several processes; undefined: there are none. */
export function mergeExemplars(
  all: readonly (readonly Exemplar[] | undefined)[],
): Exemplar[] | undefined {
  const merged = new Exemplars();
  for (const exemplar of all.flatMap((some) => some ?? [])) merged.add(exemplar);
  const data = merged.data();
  return data.length === 0 ? undefined : data;
}

function magnitudeOf(value: number): number {
  return value <= 1 ? 0 : Math.min(MAGNITUDES, Math.ceil(Math.log2(value)));
}
