import { Tally } from '../../common/tally.ts';
import { END_CAUSES, type EndCause } from './worker-state.ts';

/** How many workers of each slot ended, by cause. */
export class ExitCounts extends Tally<{ slot: string; cause: EndCause }> {
  /** Counts each cause of a slot from 0. */
  expectOf(slot: number): void {
    this.expect(END_CAUSES.map((cause) => ({ slot: String(slot), cause })));
  }
}
