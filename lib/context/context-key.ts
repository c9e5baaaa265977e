export interface ContextKeyOptions {
  /**
   * Whether the value travels into pool threads and on outgoing calls; it must be plain data then.
   * @default false
   */
  broadcast?: boolean;
}

/**
 * A typed name for a value that a request carries.
 *
 * @example
 * const TENANT = new ContextKey<string>('tenant', { broadcast: true });
 * context.set(TENANT, 'acme');
 * context.get(TENANT); // string | undefined
 */
export class ContextKey<T> {
  readonly name: string;
  readonly broadcast: boolean;
  /** Carries the type of the value alone. */
  declare readonly type: T;

  constructor(name: string, { broadcast = false }: ContextKeyOptions = {}) {
    this.name = name;
    this.broadcast = broadcast;
  }
}

/** Broadcast values are kept by name, because their keys are other objects elsewhere. */
export function slotOf(key: ContextKey<unknown>): ContextKey<unknown> | string {
  return key.broadcast ? key.name : key;
}
