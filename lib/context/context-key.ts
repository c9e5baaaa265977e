export interface ContextKeyOptions {
  /**
   * Whether the value is sent to pool threads and on outgoing calls; it must then be plain data.
   * @default false
   */
  broadcast?: boolean;
}

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

  constructor(name: string, { broadcast = false }: ContextKeyOptions = {}) {
    this.name = name;
    this.broadcast = broadcast;
  }
}

/** Map key of a value: the name of a broadcast key, which is another object elsewhere. */
export function slotOf(key: ContextKey<unknown>): ContextKey<unknown> | string {
  return key.broadcast ? key.name : key;
}
