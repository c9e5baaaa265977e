import { ButtressError } from '../common/errors/buttress.error.ts';

const STATUS = {
  UNKNOWN_SERVICE: 500,
  DNS: 503,
  REFUSED: 503,
  UNREACHABLE: 503,
  CONNECT_TIMEOUT: 504,
  TLS: 503,
  READ_TIMEOUT: 504,
  RESET: 502,
  ENDED: 502,
  MARKED_DOWN: 503,
  OUT_OF_SOCKETS: 503,
  THROTTLED: 503,
  ALL_FAILED: 503,
  DEADLINE: 504,
  CLOSED: 503,
} as const;

/** Reason that a connection could not be made, or broke. See docs/errors.md. */
export type ConnectionFailure = keyof typeof STATUS;

/** `Retry-After` of failures with status 503. */
const RETRY_AFTER_MS = 1_000;

/** Details of a failed connection. */
export interface ConnectionErrorDetails {
  /** Name of the service. */
  service: string;
  /** Address concerned, as `host:port` or path. */
  address?: string | undefined;
  /** Error code of the system or TLS: `EHOSTUNREACH`, `CERT_HAS_EXPIRED`. */
  reason?: string | undefined;
  /** For `ALL_FAILED`: the error of each address, in the order tried. */
  errors?: readonly ConnectionError[] | undefined;
  cause?: unknown;
}

/**
 * No connection to a service, or a broken one. An HTTP answer shows only the status; message and
 * fields are for logs, because they name internals.
 */
export class ConnectionError extends ButtressError {
  readonly failure: ConnectionFailure;
  readonly service: string;
  readonly address: string | undefined;
  readonly reason: string | undefined;
  readonly errors: readonly ConnectionError[];

  constructor(failure: ConnectionFailure, message: string, details: ConnectionErrorDetails) {
    const { service, address, reason, errors = [], cause } = details;
    const statusCode = STATUS[failure];
    super(`ERR_BUTTRESS_CONNECTION_${failure}`, message, {
      statusCode,
      ...(statusCode === 503 ? { retryAfterMs: RETRY_AFTER_MS } : {}),
      ...(cause === undefined ? {} : { cause }),
    });
    this.failure = failure;
    this.service = service;
    this.address = address;
    this.reason = reason;
    this.errors = errors;
  }

  /** Read by Nest's base filter: hides the message from HTTP clients. */
  override get expose(): boolean {
    return false;
  }
}

/** Returns the only error if there is just one, else an `ALL_FAILED` that lists all. */
export function allFailed(service: string, errors: readonly ConnectionError[]): ConnectionError {
  const [first] = errors;
  if (first !== undefined && errors.length === 1) return first;
  const each = errors.map(({ message }) => message).join('; ');
  const message = `No address of "${service}" could be reached: ${each}`;
  return new ConnectionError('ALL_FAILED', message, { service, errors, cause: errors.at(-1) });
}
