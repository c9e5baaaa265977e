import { DAY_MS } from '../common/clock.ts';
import { integerOption, numberOptions, objectOption } from '../common/options/checks.ts';

/** When to replace workers before they do harm. */
export interface RecycleOptions {
  /**
   * Private memory over which a worker is replaced; ±10 % per worker, so that not all reach it
   * together. Counts memory that no other process shares. At least 1.25 times the worker's memory
   * at READY plus 64 MiB.
   * @default 1 GiB, or 80 % of available memory divided by the number of workers, if less
   */
  maxRssBytes?: number;
  /**
   * Private memory over which a worker drains for at most 3 s without waiting for a successor. At
   * least 1.5 times the worker's memory at READY plus 96 MiB. The only READY worker waits for its
   * successor, unless the group is at its memory limit.
   * @default 1.2 x maxRssBytes
   */
  hardRssBytes?: number;
  /** Age at which a worker is replaced; ±10 % per worker. @default never */
  maxAgeMs?: number;
  /** Number of requests after which a worker is replaced; ±10 % per worker. @default never */
  maxRequests?: number;
  /**
   * Event loop lag (p99) over which a worker is replaced, if over twice the others' median.
   * @default 1000
   */
  maxLoopDelayMs?: number;
  /** Sampling interval of all these limits but `hardRssBytes`. @default 5000 */
  sampleEveryMs?: number;
  /** Consecutive samples over a memory, lag or liveness limit before replacement. @default 3 */
  samples?: number;
  /** Age below which a worker is kept, unless the group runs out of memory. @default 60_000 */
  minLifeMs?: number;
  /** Minimum time between two recyclings; grows up to 64-fold after failures. @default 5000 */
  gapMs?: number;
}

/** `undefined`: never. */
export interface ResolvedRecycleOptions {
  maxRssBytes: number;
  hardRssBytes: number;
  maxAgeMs: number | undefined;
  maxRequests: number | undefined;
  maxLoopDelayMs: number;
  sampleEveryMs: number;
  samples: number;
  minLifeMs: number;
  gapMs: number;
}

const GIB = 1 << 30;
const MAX_BYTES = 2 ** 50;

/** Applies defaults for a machine and a number of workers. @throws TypeError, RangeError */
export function resolveRecycle(
  {
    maxRssBytes: givenSoft,
    hardRssBytes: givenHard,
    maxAgeMs,
    maxRequests,
    ...given
  }: RecycleOptions = {},
  { memoryBytes, workers }: { memoryBytes: number; workers: number },
): ResolvedRecycleOptions {
  objectOption('recycle', given, [...TIMES, 'maxLoopDelayMs', 'samples']);
  const share = Math.floor((0.8 * memoryBytes) / workers);
  const bytes = { min: 1 << 20, max: MAX_BYTES };
  const maxRssBytes = integerOption(
    'recycle.maxRssBytes',
    givenSoft ?? Math.max(bytes.min, Math.min(GIB, share)),
    bytes,
  );
  const hardRssBytes = integerOption(
    'recycle.hardRssBytes',
    givenHard ?? Math.floor(1.2 * maxRssBytes),
    { min: maxRssBytes, max: 2 * MAX_BYTES },
  );
  return {
    maxRssBytes,
    hardRssBytes,
    maxAgeMs: optional('recycle.maxAgeMs', maxAgeMs, { min: 1_000, max: 365 * DAY_MS }),
    maxRequests: optional('recycle.maxRequests', maxRequests, { min: 1, max: 1e12 }),
    ...numberOptions('recycle', given, {
      maxLoopDelayMs: [1_000, { min: 10, max: DAY_MS }],
      sampleEveryMs: [5_000, { min: 100, max: DAY_MS }],
      samples: [3, { min: 1, max: 1_000 }],
      minLifeMs: [60_000, { min: 0, max: 365 * DAY_MS }],
      gapMs: [5_000, { min: 0, max: DAY_MS }],
    }),
  };
}

const TIMES = ['sampleEveryMs', 'minLifeMs', 'gapMs'] as const;

function optional(
  name: string,
  value: number | undefined,
  range: { min: number; max: number },
): number | undefined {
  return value === undefined ? undefined : integerOption(name, value, range);
}
