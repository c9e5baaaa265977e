import { ButtressError } from '../common/errors/buttress.error.ts';

/** A statistic was requested as a kind other than its own, or by a name that can't be exported. */
export class StatsError extends ButtressError {}
