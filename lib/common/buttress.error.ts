/** Marks our errors across copies of the package and across realms. */
const brand = Symbol.for('nestjs-buttress.error');

/** A stable, documented code: `ERR_BUTTRESS_<FEATURE>_<REASON>`. See docs/errors.md. */
export type ButtressErrorCode = `ERR_BUTTRESS_${string}`;

/**
 * Base of every error that Buttress throws. Judge an error by its `code`: classes do not survive
 * the way through a thread or a process.
 */
export class ButtressError extends Error {
  /** HTTP status for a caller that may see this error; absent for errors of set-up. */
  readonly statusCode?: number;
  /** Milliseconds after which trying again makes sense. */
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

  /** The same as `statusCode`: Nest's base filter takes an error for an answer that has both. */
  get status(): number | undefined {
    return this.statusCode;
  }

  /** What GraphQL tells of an error besides its message. */
  get extensions(): { readonly code: ButtressErrorCode } {
    return { code: this.code };
  }

  /** Whether a caller may read the message; Nest's base filter asks. */
  get expose(): boolean | undefined {
    return this.statusCode === undefined ? undefined : true;
  }
}

/** For an error that was put together again from its parts. */
export function brandAsOurs(error: ButtressError): void {
  Object.defineProperty(error, brand, { value: true });
}

/** Whether `error` is one of ours, also when another copy of the package made it. */
export function isButtressError(error: unknown): error is ButtressError {
  return typeof error === 'object' && error !== null && brand in error;
}
