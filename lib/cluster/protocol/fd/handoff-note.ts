/** Number of lease slots that a note can encode. */
const SLOTS = 16;

/** Note sent with a descriptor: the listener that accepted it and the slot of its lease. */
export interface HandoffNote {
  listener: number;
  slot: number;
}

/** Packs both into one 32-bit number. */
export function encodeNote({ listener, slot }: HandoffNote): number {
  return listener * SLOTS + slot;
}

export function decodeNote(note: number): HandoffNote {
  return { listener: Math.floor(note / SLOTS), slot: note % SLOTS };
}
