/** Count, sum, extremes and spread of values, as plain data that can be merged exactly. */
export interface MomentsData {
  count: number;
  sum: number;
  /** Sum of the squared distances from the mean. */
  squares: number;
  /** 0 without values, as `max` is: JSON has no infinity. */
  min: number;
  max: number;
}

export const NO_MOMENTS: MomentsData = Object.freeze({
  count: 0,
  sum: 0,
  squares: 0,
  min: 0,
  max: 0,
});

/** Merges exactly: Chan, Golub, LeVeque, "Updating Formulae", 1979. */
export function mergeMoments(a: MomentsData, b: MomentsData): MomentsData {
  if (a.count === 0) return b;
  if (b.count === 0) return a;
  const count = a.count + b.count;
  const delta = b.sum / b.count - a.sum / a.count;
  return {
    count,
    sum: a.sum + b.sum,
    squares: a.squares + b.squares + (delta * delta * a.count * b.count) / count,
    min: Math.min(a.min, b.min),
    max: Math.max(a.max, b.max),
  };
}

export function standardDeviationOf({ count, squares }: MomentsData): number {
  return count < 2 ? 0 : Math.sqrt(squares / (count - 1));
}
