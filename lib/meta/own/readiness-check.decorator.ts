import {
  type ReadinessCheckOptions,
  readinessCheckOptions,
} from '../../common/checks/check.options.ts';
import { markMethod } from '../../common/nest/decorated-methods.ts';
import { thisMachine } from '../../common/options/machine.ts';

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
  const resolved = readinessCheckOptions.check('@ReadinessCheck', options, thisMachine());
  const use = { decorator: '@ReadinessCheck', feature: 'meta', on: 'any' } as const;
  return markMethod(use, READINESS_CHECK, resolved);
}
