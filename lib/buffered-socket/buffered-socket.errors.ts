import { ButtressError, type ButtressErrorCode } from '../common/errors/buttress.error.ts';

/** The failed operation, and the bytes kept. */
export interface SocketOperation {
  /** Name of the method: `readUntil`. */
  operation: string;
  bytesRead?: number;
  bytesUnsent?: number;
}

/** Details of a failed socket operation. */
export type SocketErrorOptions = ErrorOptions & { statusCode?: number; retryAfterMs?: number };

/**
 * Base class of the errors of `BufferedSocket`. A failure loses nothing: the bytes that it counts
 * are kept for the next read or flush.
 */
export class BufferedSocketError extends ButtressError {
  /** Name of the method that failed: `readUntil`. */
  readonly operation: string;
  /** Of a read: bytes received and kept for the next read. 0 for a write. */
  readonly bytesRead: number;
  /** Of a write: bytes not yet passed to the socket, kept for the next flush. 0 for a read. */
  readonly bytesUnsent: number;

  constructor(
    code: ButtressErrorCode,
    message: string,
    { operation, bytesRead = 0, bytesUnsent = 0 }: SocketOperation,
    options: SocketErrorOptions = {},
  ) {
    super(code, `${operation}: ${message}`, options);
    this.operation = operation;
    this.bytesRead = bytesRead;
    this.bytesUnsent = bytesUnsent;
  }
}

/** An operation took longer in total than its `timeoutMs`. */
export class SocketTimeoutError extends BufferedSocketError {
  readonly timeoutMs: number;

  constructor(timeoutMs: number, operation: SocketOperation) {
    super('ERR_BUTTRESS_SOCKET_TIMEOUT', `not done within ${timeoutMs} ms`, operation, {
      statusCode: 504,
    });
    this.timeoutMs = timeoutMs;
  }
}

/**
 * The signal aborted, or the request ended or reached its deadline; `cause` is the reason. Takes
 * its status from a cause that is a `ButtressError`.
 */
export class SocketAbortedError extends BufferedSocketError {
  constructor(cause: unknown, operation: SocketOperation) {
    super('ERR_BUTTRESS_SOCKET_ABORTED', 'aborted', operation, { cause, ...answerOf(cause) });
  }
}

/** The peer ended the stream before the read was complete. */
export class SocketEndedError extends BufferedSocketError {
  constructor(operation: SocketOperation) {
    super('ERR_BUTTRESS_SOCKET_ENDED', 'the peer ended the stream first', operation);
  }
}

/** The connection broke; `cause` is the socket's error, if there was one. */
export class SocketFailedError extends BufferedSocketError {
  constructor(cause: unknown, operation: SocketOperation) {
    const why = cause instanceof Error ? cause.message : 'closed unexpectedly';
    super('ERR_BUTTRESS_SOCKET_FAILED', `the connection broke: ${why}`, operation, { cause });
  }
}

/** This side has closed, ended or detached the socket. */
export class SocketClosedError extends BufferedSocketError {
  constructor(operation: SocketOperation) {
    super(
      'ERR_BUTTRESS_SOCKET_CLOSED',
      'this side has closed, ended or detached the socket',
      operation,
    );
  }
}

/** A message is longer than `maxSize`. */
export class MessageTooLongError extends BufferedSocketError {
  readonly maxSize: number;

  constructor(maxSize: number, operation: SocketOperation) {
    super('ERR_BUTTRESS_SOCKET_TOO_LONG', `more than the ${maxSize} bytes allowed`, operation);
    this.maxSize = maxSize;
  }
}

/** Too many reads, writes or bytes wait already: the new one was rejected. */
export class SocketBusyError extends BufferedSocketError {
  constructor(what: string, operation: SocketOperation) {
    super('ERR_BUTTRESS_SOCKET_BUSY', `limit reached: ${what} already wait`, operation);
  }
}

/** `detach()` would lose bytes that the socket can't pass to the next owner. */
export class SocketDetachError extends BufferedSocketError {
  constructor(why: string, operation: SocketOperation) {
    super('ERR_BUTTRESS_SOCKET_DETACH', why, operation);
  }
}

const NETSTRING = {
  size: { code: 'ERR_BUTTRESS_NETSTRING_SIZE', message: 'invalid size' },
  terminator: { code: 'ERR_BUTTRESS_NETSTRING_TERMINATOR', message: 'no comma after the message' },
  'too-long': {
    code: 'ERR_BUTTRESS_NETSTRING_TOO_LONG',
    message: 'the size is larger than allowed',
  },
} as const;

/** The bytes received are no netstring, or one longer than allowed. They are kept. */
export class NetstringError extends BufferedSocketError {
  readonly reason: keyof typeof NETSTRING;

  constructor(reason: keyof typeof NETSTRING, operation: SocketOperation) {
    super(NETSTRING[reason].code, NETSTRING[reason].message, operation);
    this.reason = reason;
  }
}

/** HTTP status and `Retry-After` of a cause that is a `ButtressError`. */
function answerOf(cause: unknown): SocketErrorOptions {
  if (!(cause instanceof ButtressError)) return {};
  const { statusCode, retryAfterMs } = cause;
  return {
    ...(statusCode === undefined ? {} : { statusCode }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  };
}
