import { SetMetadata } from '@nestjs/common';

import { objectOption } from '../../common/options.ts';
import { markUse } from '../../common/use-marks.ts';

export interface HealthSignalOptions {
  /** As which it is shown. @default CLASS.METHOD */
  name?: string;
  /** Time in which it must answer, in milliseconds. @default 1000 */
  timeoutMs?: number;
}

/** The name of our metadata on methods. */
export const HEALTH_SIGNAL = 'nestjs-buttress.health-signal';

/**
 * Asks a method of a provider every five seconds whether this worker is well. A worker that is not,
 * three times in a row, is replaced: what it complains of should be cured by a new process.
 *
 * The method returns true or nothing when all is well, else false or a text that says what is
 * wrong; an error it throws counts as one.
 *
 * @example
 * @HealthSignal()
 * cacheFits(): boolean { return this.cache.size < 1e6; }
 */
export function HealthSignal(options: HealthSignalOptions = {}) {
  objectOption('HealthSignal', options, ['name', 'timeoutMs']);
  return (target: object, key: string | symbol, descriptor: PropertyDescriptor): void => {
    SetMetadata(HEALTH_SIGNAL, options)(target, key, descriptor);
    const method = descriptor.value as object;
    markUse(method, { decorator: '@HealthSignal', feature: 'health', on: 'any' });
  };
}
