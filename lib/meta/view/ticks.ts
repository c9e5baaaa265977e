/** Steps between ticks, within a decade. */
const STEPS = [1, 2, 2.5, 5, 10] as const;

/** Ticks aimed at. */
const INTERVALS = 4;

/** Round values from 0 to the first one that is not below `highest`. */
export function ticksUpTo(highest: number): number[] {
  if (!(highest > 0) || !Number.isFinite(highest)) return [0, 1];
  const decade = 10 ** Math.floor(Math.log10(highest / INTERVALS));
  const step = STEPS.map((one) => one * decade).find((one) => one * INTERVALS >= highest);
  const size = step ?? 10 * decade;
  const count = Math.ceil(highest / size - 1e-9);
  // Products of decimal fractions are not exact.
  return Array.from({ length: count + 1 }, (_, at) => Number((at * size).toPrecision(12)));
}
