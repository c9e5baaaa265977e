const LOOK_EVERY_MS = 100;

/** Looks after which a busy process goes without. */
const MAX_LOOKS = 40;

/**
 * Runs what blocks the loop in a moment without requests; not at all while there is none.
 *
 * @param inFlight requests in flight
 */
export function whenQuiet(run: () => void, inFlight: () => number): void {
  let looks = 0;
  const look = (): void => {
    if (inFlight() === 0) return run();
    if (++looks < MAX_LOOKS) setTimeout(look, LOOK_EVERY_MS).unref();
  };
  look();
}
