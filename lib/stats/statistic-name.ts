import { StatsError } from './stats.errors.ts';

/** Words of letters, digits and underscores, joined by dots. */
const NAME = /^[a-z][a-z\d_]*(?:\.[a-z\d_]+)*$/i;

/** Returns a name that can be exported. @throws StatsError for others */
export function statisticName(name: string): string {
  if (NAME.test(name)) return name;
  throw new StatsError(
    'ERR_BUTTRESS_STATS_NAME',
    `"${name}" is not a valid statistic name: use letters, digits and underscores, joined by dots`,
  );
}
