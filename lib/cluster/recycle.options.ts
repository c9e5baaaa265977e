import { integerOption, integerOptions, objectOption } from '../common/options.ts';

/** When workers are replaced before they do harm. */
export interface RecycleOptions {
  /**
   * Memory at which a worker is replaced by a new one, in bytes, give or take 10 %: each worker has a
   * limit of its own, so that not all reach it together. Counts what no other process shares; never
   * less than 1.25 times what the worker used when it became READY, and 64 MiB.
   * @default 1 GiB, or 80 % of the memory there is divided by the workers, if that is less
   */
  maxRssBytes?: number;
  /**
   * Memory at which a worker is ended without waiting for the new one, in bytes: counted alike, never
   * less than 1.5 times what the worker used when it became READY, and 96 MiB. The only READY worker
   * waits for its successor, unless the memory of the group is at its end.
   * @default 1.2 x maxRssBytes
   */
  hardRssBytes?: number;
  /** Age at which a worker is replaced, in milliseconds, give or take 10 %. @default never */
  maxAgeMs?: number;
  /** Requests after which a worker is replaced, give or take 10 %. @default never */
  maxRequests?: number;
  /**
   * Event-loop delay at which a worker is replaced, in milliseconds, if the others do not suffer
   * the same. @default 1000
   */
  maxLoopDelayMs?: number;
  /** How often memory, delay and health are looked at, in milliseconds. @default 5000 */
  sampleEveryMs?: number;
  /** Looks in a row that must find the same. @default 3 */
  samples?: number;
  /** Age below which a worker is not replaced, in milliseconds. @default 60_000 */
  minLifeMs?: number;
  /** Shortest time between two replacements in the group, in milliseconds. @default 5000 */
  gapMs?: number;
}

/** `undefined` is never. */
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
const DAY_MS = 86_400_000;
const MAX_BYTES = 2 ** 50;

/** Fills in defaults for a machine and a number of workers. @throws TypeError, RangeError */
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
    ...integerOptions('recycle', given, {
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
