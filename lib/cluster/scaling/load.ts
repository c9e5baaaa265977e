/** Load of a group over about a second, and what it has for more workers. */
export interface Load {
  /** Workers that the group should have now. */
  wanted: number;
  /** Fewest workers that are allowed now. */
  min: number;
  /** Workers that an operator has taken out: they count as wanted and serve nothing. */
  out: number;
  /** Event loop utilization of each worker that serves, 0 to 1. */
  utilizations: readonly number[];
  /** Mean time in the accept queue, or the age of the oldest connection there, if that is more. */
  waitMs: number;
  /** Connections that the accept queue refused. */
  shed: number;
  /** How many more workers fit into the memory that is left; Infinity: no limit is known. */
  room: number;
  /** Whether memory is so short that the kernel may kill a process. */
  isShort: boolean;
  /** Whether workers drain: they still hold their memory. */
  isEnding: boolean;
}
