/**
 * Why a request was refused.
 *
 * - `lag`: the event loop lags
 * - `queue`: the expected wait is too long, or the queue is full
 * - `codel`: it waited long in a standing queue (CoDel)
 * - `wait`: it waited for the maximum time
 * - `deadline`: it could not be answered before its deadline
 * - `memory`: the process is short of memory
 * - `quota`: its caller has used up its quota
 * - `bypass`: its path has as many probes in flight as allowed
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

/** Why admission refused a request. */
export type RefusalReason = (typeof REFUSAL_REASONS)[number];
