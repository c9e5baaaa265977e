/** What decides whether one more replacement may start. */
export interface StartSituation {
  /** Replacements that count against `atOnce`. */
  underWay: number;
  /** Most replacements at once, the next one included. */
  atOnce: number;
  /** Whether a replacement in the same slot is under way. */
  isTaken: boolean;
  /** Whether one of them has emptied its slot first, for lack of memory. */
  isEmptying: boolean;
  /** Workers that boot, whatever for. */
  starting: number;
  /** Most workers that may boot at once: more would take processors from those that serve. */
  maxStarting: number;
  /** Whether an empty slot is due for a start: it comes first, because no worker serves there. */
  isVacant: boolean;
  /** Old workers that still end: their memory comes free. */
  leaving: number;
  /** Whether there is memory for one more worker; otherwise the reason why not. */
  room: true | string;
  /** Whether the group meets its quorum without the old worker. */
  isSpare: boolean;
}

/** How a replacement starts, or why its old worker is kept. */
export type Start = 'wait' | 'beside' | 'in place' | { keep: string };

/**
 * Decides about the next replacement. Without memory for one more worker, the kernel would kill a
 * process: there the old worker ends before the new one starts, unless the quorum needs it.
 */
export function startOf({
  underWay,
  atOnce,
  isTaken,
  isEmptying,
  starting,
  maxStarting,
  isVacant,
  leaving,
  room,
  isSpare,
}: StartSituation): Start {
  const isFull = underWay >= atOnce || starting >= maxStarting;
  if (isFull || isTaken || isEmptying || isVacant) return 'wait';
  if (room === true) return 'beside';
  if (underWay > 0 || leaving > 0) return 'wait';
  return isSpare ? 'in place' : { keep: room };
}
