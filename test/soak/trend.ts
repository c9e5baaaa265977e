/** A value at a time, in milliseconds. */
export interface Sample {
  at: number;
  value: number;
}

/** How a value went over time. */
export interface Trend {
  first: number;
  last: number;
  perHour: number;
  /** Half the width of the 95 % confidence interval of `perHour`. */
  marginPerHour: number;
}

/** What a trend says of a limit for its growth; `open`: its interval reaches to both sides. */
export type Flatness = 'holds' | 'open' | 'missed';

const BLOCKS = 20;
const MS_PER_HOUR = 3_600_000;

/** Student's t for 95 % and as many degrees of freedom as `BLOCKS` leave. */
const T = 2.101;

/**
 * The slope of a line through the means of twenty spans of equal length: neighbouring samples are
 * much alike, means of spans hardly, so that the usual interval of a slope holds for them.
 */
export function trendOf(samples: readonly Sample[]): Trend {
  const blocks = blocksOf(samples);
  const n = blocks.length;
  const meanAt = meanOf(blocks.map(({ at }) => at));
  const meanValue = meanOf(blocks.map(({ value }) => value));
  const spread = sumOf(blocks.map(({ at }) => (at - meanAt) ** 2));
  const slope = sumOf(blocks.map(({ at, value }) => (at - meanAt) * (value - meanValue))) / spread;
  const residuals = blocks.map(({ at, value }) => value - meanValue - slope * (at - meanAt));
  const error = Math.sqrt(sumOf(residuals.map((one) => one ** 2)) / (n - 2) / spread);
  return {
    first: blocks[0]?.value ?? NaN,
    last: blocks.at(-1)?.value ?? NaN,
    perHour: slope * MS_PER_HOUR,
    marginPerHour: T * error * MS_PER_HOUR,
  };
}

/** Whether growth is at most `limitPerHour`, as far as the interval tells. */
export function flatnessOf({ perHour, marginPerHour }: Trend, limitPerHour: number): Flatness {
  if (perHour + marginPerHour <= limitPerHour) return 'holds';
  return perHour - marginPerHour > limitPerHour ? 'missed' : 'open';
}

function blocksOf(samples: readonly Sample[]): Sample[] {
  const size = samples.length / BLOCKS;
  return Array.from({ length: BLOCKS }, (_, index) => {
    const own = samples.slice(Math.floor(index * size), Math.floor((index + 1) * size));
    return { at: meanOf(own.map(({ at }) => at)), value: meanOf(own.map(({ value }) => value)) };
  }).filter(({ at }) => !Number.isNaN(at));
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

function meanOf(values: readonly number[]): number {
  return sumOf(values) / values.length;
}
