/**
 * Why a request was refused.
 *
 * - `lag`: the event loop is behind
 * - `queue`: it would wait too long, or there is no room to wait
 * - `codel`: the queue has been standing, and it waited long
 * - `wait`: it waited as long as anyone may
 * - `deadline`: it could not be done in the time that it has left
 * - `memory`: the process is short of memory
 * - `quota`: its caller has as many in flight as a caller may
 * - `bypass`: there are as many probes in flight as there may be
 */
export const REFUSAL_REASONS = [
  'lag',
  'queue',
  'codel',
  'wait',
  'deadline',
  'memory',
  'quota',
  'bypass',
] as const;

export type RefusalReason = (typeof REFUSAL_REASONS)[number];
