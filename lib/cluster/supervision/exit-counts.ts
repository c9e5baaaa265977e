import { Tally } from '../../common/tally.ts';
import { END_CAUSES, type EndCause } from './worker-state.ts';

/** How many workers of each slot ended, by cause. */
export type ExitCounts = Tally<{ slot: string; cause: EndCause }>;

/** Counts each cause of each slot from 0. */
export function exitCountsOf(slots: number): ExitCounts {
  const indices = Array.from({ length: slots }, (_, index) => String(index));
  return new Tally(indices.flatMap((slot) => END_CAUSES.map((cause) => ({ slot, cause }))));
}
