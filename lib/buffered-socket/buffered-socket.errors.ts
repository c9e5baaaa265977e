import { ButtressError, type ButtressErrorCode } from '../common/buttress.error.ts';

/** What failed, and what is kept. */
export interface SocketOperation {
  /** Name of the method: `readUntil`. */
  operation: string;
  bytesRead?: number;
  bytesUnsent?: number;
}

export type SocketErrorOptions = ErrorOptions & { statusCode?: number; retryAfterMs?: number };

/**
 * Base of what fails on a `BufferedSocket`. Nothing is lost by a failure: the bytes that it counts
 * are there for the next read or the next flush.
 */
export class BufferedSocketError extends ButtressError {
  /** Name of the method that failed: `readUntil`. */
  readonly operation: string;
  /** Of a read: bytes that have come and are kept for the next read. 0 for a write. */
  readonly bytesRead: number;
  /** Of a write: bytes that the socket has not taken, kept for the next flush. 0 for a read. */
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

/** An operation took longer, as a whole, than its `timeoutMs`. */
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
 * Its signal aborted, or the request that it was for has ended or has no time left: `cause` is the
 * reason. Has the status of a reason that is one of ours.
 */
export class SocketAbortedError extends BufferedSocketError {
  constructor(cause: unknown, operation: SocketOperation) {
    super('ERR_BUTTRESS_SOCKET_ABORTED', 'aborted', operation, { cause, ...answerOf(cause) });
  }
}

/** The other side has ended before all that was asked for had come. */
export class SocketEndedError extends BufferedSocketError {
  constructor(operation: SocketOperation) {
    super('ERR_BUTTRESS_SOCKET_ENDED', 'the other side has ended before that', operation);
  }
}

/** The connection broke; `cause` is the error of the socket, where it gave one. */
export class SocketFailedError extends BufferedSocketError {
  constructor(cause: unknown, operation: SocketOperation) {
    const why = cause instanceof Error ? cause.message : 'it was closed before its end';
    super('ERR_BUTTRESS_SOCKET_FAILED', `the connection broke: ${why}`, operation, { cause });
  }
}

/** This side has closed the socket, ended it or given it away. */
export class SocketClosedError extends BufferedSocketError {
  constructor(operation: SocketOperation) {
    super(
      'ERR_BUTTRESS_SOCKET_CLOSED',
      'this side has closed, ended or detached the socket',
      operation,
    );
  }
}

/** As many bytes as a message may have are there, and they are not a whole one. */
export class MessageTooLongError extends BufferedSocketError {
  readonly maxSize: number;

  constructor(maxSize: number, operation: SocketOperation) {
    super('ERR_BUTTRESS_SOCKET_TOO_LONG', `more than the ${maxSize} bytes allowed`, operation);
    this.maxSize = maxSize;
  }
}

/** As many reads or writes as may, or as many bytes, wait already: the new one was not taken. */
export class SocketBusyError extends BufferedSocketError {
  constructor(what: string, operation: SocketOperation) {
    super('ERR_BUTTRESS_SOCKET_BUSY', `${what} wait already`, operation);
  }
}

/** Bytes that `detach()` can't give to the next owner. */
export class SocketDetachError extends BufferedSocketError {
  constructor(why: string, operation: SocketOperation) {
    super('ERR_BUTTRESS_SOCKET_DETACH', why, operation);
  }
}

const NETSTRING = {
  size: { code: 'ERR_BUTTRESS_NETSTRING_SIZE', message: 'what should be a size is none' },
  terminator: { code: 'ERR_BUTTRESS_NETSTRING_TERMINATOR', message: 'no comma after the message' },
  'too-long': {
    code: 'ERR_BUTTRESS_NETSTRING_TOO_LONG',
    message: 'the size is larger than allowed',
  },
} as const;

/** What came is no netstring, or a longer one than allowed. All of it is kept. */
export class NetstringError extends BufferedSocketError {
  readonly reason: keyof typeof NETSTRING;

  constructor(reason: keyof typeof NETSTRING, operation: SocketOperation) {
    super(NETSTRING[reason].code, NETSTRING[reason].message, operation);
    this.reason = reason;
  }
}

/** How a request answers that failed because of `cause`. */
function answerOf(cause: unknown): SocketErrorOptions {
  if (!(cause instanceof ButtressError)) return {};
  const { statusCode, retryAfterMs } = cause;
  return {
    ...(statusCode === undefined ? {} : { statusCode }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  };
}
