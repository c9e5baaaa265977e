/** The smallest, the middle and the largest of some values. */
export interface Spread {
  min: number;
  median: number;
  max: number;
}

/**
 * The value below which the share `q` of `sorted` lies, interpolated between neighbours; NaN
 * without values.
 */
export function quantile(sorted: ArrayLike<number>, q: number): number {
  const at = q * (sorted.length - 1);
  const below = sorted[Math.floor(at)] ?? NaN;
  const above = sorted[Math.ceil(at)] ?? NaN;
  return below + (above - below) * (at - Math.floor(at));
}

export function median(values: readonly number[]): number {
  return quantile(Float64Array.from(values).toSorted(), 0.5);
}

export function spread(values: readonly number[]): Spread {
  const sorted = Float64Array.from(values).toSorted();
  return { min: quantile(sorted, 0), median: quantile(sorted, 0.5), max: quantile(sorted, 1) };
}
