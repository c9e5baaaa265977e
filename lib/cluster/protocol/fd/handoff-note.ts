/** Words for leases that a note can name. */
const SLOTS = 16;

/** What goes with a descriptor: the listener that accepted it, and the word of its lease. */
export interface HandoffNote {
  listener: number;
  slot: number;
}

/** Both as one 32-bit number. */
export function encodeNote({ listener, slot }: HandoffNote): number {
  return listener * SLOTS + slot;
}

export function decodeNote(note: number): HandoffNote {
  return { listener: Math.floor(note / SLOTS), slot: note % SLOTS };
}
