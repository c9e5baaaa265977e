/**
 * What became of one worker's replacement. GONE: the worker lost its slot by itself, and the next one
 * there has the new code.
 */
export type SeatState = 'WAITING' | 'TRYING' | 'REPLACED' | 'GONE' | 'FAILED';

export interface RolloutTerms {
  /** Whether the first new worker proves itself alone. */
  hasCanary: boolean;
  /** Most replacements at once. */
  surge: number;
}

/** CANARY: no new worker has proved itself yet. ROLLING: the others follow. STOPPED: one failed. */
export type RolloutPhase = 'CANARY' | 'ROLLING' | 'STOPPED';

export function phaseOf(
  states: readonly SeatState[],
  { hasCanary }: Pick<RolloutTerms, 'hasCanary'>,
): RolloutPhase {
  if (states.includes('FAILED')) return 'STOPPED';
  return hasCanary && !states.includes('REPLACED') ? 'CANARY' : 'ROLLING';
}

/**
 * Positions of the workers whose replacement begins now: one until the canary has proved itself, then
 * as many side by side as the surge allows, and none after a failure.
 */
export function nextSeats(states: readonly SeatState[], terms: RolloutTerms): number[] {
  const most = { CANARY: 1, ROLLING: terms.surge, STOPPED: 0 }[phaseOf(states, terms)];
  const trying = states.filter((state) => state === 'TRYING').length;
  const waiting = states.flatMap((state, at) => (state === 'WAITING' ? [at] : []));
  return waiting.slice(0, Math.max(0, most - trying));
}
