/** Memory of a slot over time that only grows. */
export interface SteadyGrowth {
  slot: number;
  /** Growth per minute. */
  bytesPerMinute: number;
  /** Latest value. */
  bytes: number;
}

export interface Sample {
  /** In seconds. */
  at: number;
  bytes: number;
}

/** Least number of samples: memory grows for a while after each start. */
const MIN_SAMPLES = 60;

/** Least growth over the samples, as a share of the first value. */
const MIN_SHARE = 0.1;

/** Least share of the variance that a straight line explains. */
const MIN_R_SQUARED = 0.9;

/**
 * Growth of memory by a line of least squares; undefined unless it is steady. Garbage collection
 * makes a saw of the heap, which a line explains badly, so that only a trend above it counts.
 */
export function steadyGrowthOf(slot: number, samples: readonly Sample[]): SteadyGrowth | undefined {
  const [first] = samples;
  const last = samples.at(-1);
  if (first === undefined || last === undefined || samples.length < MIN_SAMPLES) return undefined;
  const { slope, rSquared } = lineThrough(samples);
  const grown = slope * (last.at - first.at);
  if (rSquared < MIN_R_SQUARED || grown < MIN_SHARE * first.bytes) return undefined;
  return { slot, bytesPerMinute: slope * 60, bytes: last.bytes };
}

function lineThrough(samples: readonly Sample[]): { slope: number; rSquared: number } {
  const meanAt = meanOf(samples.map(({ at }) => at));
  const meanBytes = meanOf(samples.map(({ bytes }) => bytes));
  let [both, ats, values] = [0, 0, 0];
  for (const { at, bytes } of samples) {
    both += (at - meanAt) * (bytes - meanBytes);
    ats += (at - meanAt) ** 2;
    values += (bytes - meanBytes) ** 2;
  }
  if (ats === 0 || values === 0) return { slope: 0, rSquared: 0 };
  return { slope: both / ats, rSquared: both ** 2 / (ats * values) };
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
