/** Layout of the counters, which may be shared with the primary. */
export const IN_FLIGHT = 0;
export const CONNECTIONS = 1;
export const LOAD_WORDS = 2;
