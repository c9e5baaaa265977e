import {
  type LivenessCheckOptions,
  livenessCheckOptions,
} from '../../common/checks/check.options.ts';
import { markMethod } from '../../common/nest/decorated-methods.ts';
import { thisMachine } from '../../common/options/machine.ts';

export const LIVENESS_CHECK = Symbol.for('nestjs-buttress.liveness-check');

/**
 * Turns a method of a provider or controller into a check that runs every five seconds. A worker
 * whose check keeps failing (`recycle.samples`, 3 by default) is replaced: use it for faults that a
 * new process cures, never for dependencies. A check fails by throwing, returning false or a text,
 * or taking too long. Of a result of @nestjs/terminus, `down` fails.
 *
 * @throws TypeError or RangeError naming the option that is wrong
 * @example
 * @LivenessCheck()
 * cacheFits(): boolean { return this.cache.size < 1e6; }
 */
export function LivenessCheck(options: LivenessCheckOptions = {}): MethodDecorator {
  const resolved = livenessCheckOptions.check('@LivenessCheck', options, thisMachine());
  const use = { decorator: '@LivenessCheck', feature: 'liveness', on: 'any' } as const;
  return markMethod(use, LIVENESS_CHECK, resolved);
}
