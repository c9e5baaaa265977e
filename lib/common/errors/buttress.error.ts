/** Marks our errors across copies of the package and across realms. */
const brand = Symbol.for('nestjs-buttress.error');

/** Stable error code `ERR_BUTTRESS_<FEATURE>_<REASON>`, listed in docs/errors.md. */
export type ButtressErrorCode = `ERR_BUTTRESS_${string}`;

/**
 * Base of every error that Buttress throws. Test errors by `code`: classes do not survive the way
 * through a thread or a process.
 */
export class ButtressError extends Error {
  /** HTTP status for a caller that may see this error; absent for set-up errors. */
  readonly statusCode?: number;
  /** Delay after which a retry makes sense. */
  readonly retryAfterMs?: number;

  constructor(
    readonly code: ButtressErrorCode,
    message: string,
    options: ErrorOptions & { statusCode?: number; retryAfterMs?: number } = {},
  ) {
    super(message, options);
    this.name = new.target.name;
    if (options.statusCode !== undefined) this.statusCode = options.statusCode;
    if (options.retryAfterMs !== undefined) this.retryAfterMs = options.retryAfterMs;
    Object.defineProperty(this, brand, { value: true });
  }

  /** Alias of `statusCode`: Nest's base filter requires both. */
  get status(): number | undefined {
    return this.statusCode;
  }

  /** Error extensions for GraphQL. */
  get extensions(): { readonly code: ButtressErrorCode } {
    return { code: this.code };
  }

  /** Whether a caller may read the message; read by Nest's base filter. */
  get expose(): boolean | undefined {
    return this.statusCode === undefined ? undefined : true;
  }
}

/** Marks an error that was deserialized. */
export function brandAsOurs(error: ButtressError): void {
  Object.defineProperty(error, brand, { value: true });
}

/** Whether `error` is one of ours, even from another copy of the package. */
export function isButtressError(error: unknown): error is ButtressError {
  return typeof error === 'object' && error !== null && brand in error;
}
