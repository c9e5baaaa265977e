type Call = () => PromiseLike<unknown>;

const MICROSECONDS_PER_MS = 1_000;

/** Median time of a call, one after the other, in microseconds. */
export async function medianOf(
  call: Call,
  { calls, runUp }: { calls: number; runUp: number },
): Promise<number> {
  const times = new Float64Array(calls);
  // oxlint-disable-next-line no-await-in-loop -- one after the other is what is measured
  for (let i = 0; i < runUp; i++) await call();
  for (let i = 0; i < calls; i++) {
    const startedAt = performance.now();
    // oxlint-disable-next-line no-await-in-loop -- one after the other is what is measured
    await call();
    times[i] = performance.now() - startedAt;
  }
  times.sort();
  return (times[calls >> 1] ?? NaN) * MICROSECONDS_PER_MS;
}

export interface InFlightPlan {
  /** Calls at a time. */
  chains: number;
  /** Calls in all. */
  calls: number;
  within: <T>(run: () => Promise<T>) => Promise<T>;
}

/** Time per call with many at a time, each followed by the next, in microseconds. */
export async function inFlight(
  call: Call,
  { chains, calls, within }: InFlightPlan,
): Promise<number> {
  const perChain = Math.ceil(calls / chains);
  const chain = async (): Promise<void> => {
    // oxlint-disable-next-line no-await-in-loop -- a chain has one call at a time
    for (let i = 0; i < perChain; i++) await call();
  };
  const startedAt = performance.now();
  await Promise.all(Array.from({ length: chains }, () => within(chain)));
  return ((performance.now() - startedAt) * MICROSECONDS_PER_MS) / (perChain * chains);
}
