import { type CheckOptions, resolveCheck } from '../../common/check.options.ts';
import { markMethod } from '../../common/decorated-methods.ts';

export interface ReadinessCheckOptions extends CheckOptions {
  /** Time limit, from 1 to 10_000; a check that exceeds it has failed. @default 500 */
  timeoutMs?: number;
  /** Time for which an outcome is reused, from 0 to 600_000. @default 1000 */
  cacheMs?: number;
  /**
   * Whether a failure makes the worker unready; `false`: it is only shown, as for an optional
   * dependency. @default true
   */
  counts?: boolean;
}

export const READINESS_CHECK = Symbol.for('nestjs-buttress.readiness-check');

/**
 * Turns a method of a provider or controller into a check for `/readyz`: a group is ready while a
 * quorum of its workers is READY and passes the checks. A check fails by throwing, returning false
 * or a text, or taking too long. Of a result of @nestjs/terminus, `down` fails; `up` and `degraded`
 * pass.
 *
 * @throws TypeError or RangeError naming the option that is wrong
 * @example
 * @ReadinessCheck({ timeoutMs: 300 })
 * async database() {
 *   await this.pool.query('select 1');
 * }
 */
export function ReadinessCheck(options: ReadinessCheckOptions = {}): MethodDecorator {
  const resolved = resolveCheck('ReadinessCheck', options, {
    timeoutMs: 500,
    cacheMs: 1_000,
    counts: true,
  });
  const use = { decorator: '@ReadinessCheck', feature: 'meta', on: 'any' } as const;
  return markMethod(use, READINESS_CHECK, resolved);
}
