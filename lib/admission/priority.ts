/** How much an answer matters, the most important first. */
export const PRIORITIES = ['critical', 'high', 'normal', 'sheddable'] as const;

/**
 * `critical`: must be answered as long as anything is. `high`: people wait for it. `normal`: the
 * default. `sheddable`: can be done later, or not at all.
 */
export type Priority = (typeof PRIORITIES)[number];

/** A priority as a number, 0 first. */
export type Rank = 0 | 1 | 2 | 3;

export const RANKS: readonly Rank[] = [0, 1, 2, 3];

/**
 * Of a limit, how much each priority may use; the rest stays free for those above. Google's SRE
 * book ("Handling Overload") names four criticalities, and refuses the lesser ones earlier.
 */
const SHARES = [1, 0.95, 0.8, 0.5] as const;

/**
 * The share of `rank` where `top` is the most important one that there is: nothing is kept free
 * for priorities that nobody uses.
 */
export function shareOf(rank: Rank, top: Rank): number {
  return rank <= top ? 1 : SHARES[rank] / SHARES[top];
}

export function isPriority(value: unknown): value is Priority {
  return PRIORITIES.some((priority) => priority === value);
}

export function rankOf(priority: Priority): Rank {
  return PRIORITIES.indexOf(priority) as Rank;
}

export function priorityOf(rank: Rank): Priority {
  return PRIORITIES[rank];
}
