import { SetMetadata } from '@nestjs/common';

import { objectOption } from '../../common/options.ts';
import { markUse } from '../../common/use-marks.ts';

export interface HealthSignalOptions {
  /** Name under which it is shown. @default CLASS.METHOD */
  name?: string;
  /** Longest time to answer, from 1 to 60_000; longer counts as unwell. @default 1000 */
  timeoutMs?: number;
}

/** Metadata key on methods. */
export const HEALTH_SIGNAL = 'nestjs-buttress.health-signal';

/**
 * Calls a method of a provider or controller every five seconds to ask whether this worker is well.
 * One that stays unwell (`recycle.samples`, 3 by default) is replaced: use it for faults that a new
 * process cures. The method returns true or nothing when all is well, else false or a text with the
 * fault; an error that it throws counts as a fault.
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
