import { booleanOption, integerOption, objectOption, stringOption } from '../../common/options.ts';
import { markMethod } from './decorated-methods.ts';

export interface ReadinessCheckOptions {
  /** @default class and method */
  name?: string;
  /** Time limit; a check that exceeds it has failed. @default 500 */
  timeoutMs?: number;
  /** Time for which an outcome is reused. @default 1000 */
  cacheMs?: number;
  /**
   * Whether a failure makes the worker unready; `false`: it is only shown, as for an optional
   * dependency. @default true
   */
  counts?: boolean;
}

export interface ResolvedReadinessCheck {
  readonly name: string | undefined;
  readonly timeoutMs: number;
  readonly cacheMs: number;
  readonly counts: boolean;
}

export const READINESS_CHECK = Symbol.for('nestjs-buttress.meta.readiness-check');

/**
 * Turns a provider's method into a check for `/readyz`: a group is ready while a quorum of its
 * workers is READY and passes the checks. A check fails by throwing, returning false or taking too
 * long. Of a result of @nestjs/terminus, `down` fails; `up` and `degraded` pass.
 *
 * @throws TypeError or RangeError naming the option that is wrong
 * @throws DecoratorUseError (when the application starts) on methods of controllers
 * @example
 * @ReadinessCheck({ timeoutMs: 300 })
 * async database() {
 *   await this.pool.query('select 1');
 * }
 */
export function ReadinessCheck(options: ReadinessCheckOptions = {}): MethodDecorator {
  const { name, timeoutMs, cacheMs, counts } = objectOption('ReadinessCheck', options, [
    'name',
    'timeoutMs',
    'cacheMs',
    'counts',
  ]);
  const resolved: ResolvedReadinessCheck = {
    name: name === undefined ? undefined : stringOption('ReadinessCheck.name', name),
    timeoutMs: integerOption('ReadinessCheck.timeoutMs', timeoutMs ?? 500, { min: 1, max: 10_000 }),
    cacheMs: integerOption('ReadinessCheck.cacheMs', cacheMs ?? 1_000, { min: 0, max: 600_000 }),
    counts: booleanOption('ReadinessCheck.counts', counts ?? true),
  };
  return markMethod('@ReadinessCheck', READINESS_CHECK, resolved);
}
