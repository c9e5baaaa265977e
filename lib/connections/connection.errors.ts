import { ButtressError } from '../common/buttress.error.ts';

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

/** Why there is no connection, or why there is none any more. See docs/errors.md. */
export type ConnectionFailure = keyof typeof STATUS;

/** When trying again makes sense where nothing better is known, in milliseconds. */
const RETRY_AFTER_MS = 1_000;

export interface ConnectionErrorDetails {
  /** Name of the service. */
  service: string;
  /** The address that it is about, as `host:port` or path. */
  address?: string | undefined;
  /** What the system or TLS calls it: `EHOSTUNREACH`, `CERT_HAS_EXPIRED`. */
  reason?: string | undefined;
  /** Of `ALL_FAILED`: the error of each address, in the order in which they were tried. */
  errors?: readonly ConnectionError[] | undefined;
  cause?: unknown;
}

/**
 * There is no connection to a service, or it broke. A caller of the application is told the status
 * alone: message and fields are for logs, since they name what is inside.
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

  /** Nest's base filter asks: what is inside is nothing for callers. */
  override get expose(): boolean {
    return false;
  }
}

/** The error for a service whose every address failed; one address alone speaks for itself. */
export function allFailed(service: string, errors: readonly ConnectionError[]): ConnectionError {
  const [first] = errors;
  if (first !== undefined && errors.length === 1) return first;
  const each = errors.map(({ message }) => message).join('; ');
  const message = `No address of "${service}" could be reached: ${each}`;
  return new ConnectionError('ALL_FAILED', message, { service, errors, cause: errors.at(-1) });
}
