import { text } from '../common/options/kinds.ts';
import { thisMachine } from '../common/options/machine.ts';
import { type ContextKeyOptions, contextKeyOptions } from './context.options.ts';

/**
 * Typed key of a value that a request carries.
 *
 * @example
 * const TENANT = new ContextKey<string>('tenant', { broadcast: true });
 * context.set(TENANT, 'acme');
 * context.get(TENANT); // string | undefined
 */
export class ContextKey<T> {
  readonly name: string;
  readonly broadcast: boolean;
  /** Type of the value; has no run-time value. */
  declare readonly type: T;

  /** @throws TypeError naming the option that is wrong */
  constructor(name: string, options: ContextKeyOptions = {}) {
    const machine = thisMachine();
    this.name = text.check('The name of a ContextKey', name, machine);
    this.broadcast = contextKeyOptions.check('ContextKey', options, machine).broadcast;
  }
}

/** Map key of a value: the name of a broadcast key, which is another object elsewhere. */
export function slotOf(key: ContextKey<unknown>): ContextKey<unknown> | string {
  return key.broadcast ? key.name : key;
}
