/** Priorities, most important first. */
export const PRIORITIES = ['critical', 'high', 'normal', 'sheddable'] as const;

/**
 * `critical`: answered as long as anything is. `high`: a person waits for it. `normal`: the
 * default. `sheddable`: can be done later or not at all.
 */
export type PriorityName = (typeof PRIORITIES)[number];

/** Priority as a number, 0 most important. */
export type Rank = 0 | 1 | 2 | 3;

export const RANKS: readonly Rank[] = [0, 1, 2, 3];

/**
 * Share of a limit that each priority may use; the rest is reserved for higher ones. Four
 * criticalities, lower ones refused earlier, as in Google's SRE book ("Handling Overload").
 */
const SHARES = [1, 0.95, 0.8, 0.5] as const;

/**
 * Share for `rank` where `top` is the most important rank in use: nothing is reserved for unused
 * priorities.
 */
export function shareOf(rank: Rank, top: Rank): number {
  return rank <= top ? 1 : SHARES[rank] / SHARES[top];
}

export function isPriority(value: unknown): value is PriorityName {
  return PRIORITIES.some((priority) => priority === value);
}

export function rankOf(priority: PriorityName): Rank {
  return PRIORITIES.indexOf(priority) as Rank;
}

export function priorityOf(rank: Rank): PriorityName {
  return PRIORITIES[rank];
}
