import { ButtressError } from '../common/buttress.error.ts';

/** A statistic was asked for as another kind than it is, or by a name that can't be exported. */
export class StatsError extends ButtressError {}
