import { booleanOption, integerOption, objectOption, stringOption } from '../../common/options.ts';
import { markMethod } from './decorated-methods.ts';

export interface ReadinessCheckOptions {
  /** @default class and method */
  name?: string;
  /** Longest time that it may take, in milliseconds; later counts as failed. @default 500 */
  timeoutMs?: number;
  /** How long its outcome holds, in milliseconds. @default 1000 */
  cacheMs?: number;
  /**
   * Whether a worker that fails it is not ready; `false`: it is shown only, as for something that
   * the service can do without. @default true
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
 * Makes a provider's method one of the things that must be well for `/readyz`: a group is ready
 * while as many workers as its quorum are READY and pass their checks. It fails by throwing, by returning false, or by taking too long. What indicators of @nestjs/terminus return
 * can be returned as it is: `down` fails, `up` and `degraded` do not.
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
