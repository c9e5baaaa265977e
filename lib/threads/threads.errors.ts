import { ButtressError } from '../common/errors/buttress.error.ts';

/** The queue of a pool is full, or the expected wait exceeds the deadline. */
export class ThreadPoolBusyError extends ButtressError {
  readonly pool: string;

  constructor(pool: string, retryAfterMs: number, reason: 'queue' | 'deadline' = 'queue') {
    const why =
      reason === 'queue' ? 'has a full queue' : 'cannot run this call before its deadline';
    super('ERR_BUTTRESS_THREADS_BUSY', `The thread pool "${pool}" ${why}`, {
      statusCode: 503,
      retryAfterMs,
    });
    this.pool = pool;
  }
}

/** A part of the arguments or of the result cannot be copied to another thread. */
export class ThreadSerializationError extends ButtressError {
  /** Location: `args[0].user.save`, `result.rows[3]`. */
  readonly path: string;

  /** @param what predicate, as in "is a function" */
  constructor(method: string, path: string, what: string, options?: ErrorOptions) {
    const message = `${path} ${what}, which cannot be copied to another thread (${method})`;
    super('ERR_BUTTRESS_THREADS_CLONE', message, options);
    this.path = path;
  }
}

/** The application context of a thread could not be booted, so no call can run. */
export class ThreadContextBootError extends ButtressError {
  constructor(pool: string, reason: string, options?: ErrorOptions) {
    super(
      'ERR_BUTTRESS_THREADS_BOOT',
      `A thread of the pool "${pool}" could not be started: ${reason}`,
      options,
    );
  }
}

/** Methods of the application and of its threads do not match. */
export class ThreadMethodsError extends ButtressError {
  constructor(problems: readonly string[]) {
    super(
      'ERR_BUTTRESS_THREADS_METHODS',
      `Decorated methods cannot be found in the threads:\n- ${problems.join('\n- ')}`,
    );
  }
}

/** The thread ended during the call: it exited, ran out of memory, or was terminated. */
export class ThreadLostError extends ButtressError {
  constructor(pool: string, reason: string, options?: ErrorOptions) {
    super(
      'ERR_BUTTRESS_THREADS_LOST',
      `The thread of the pool "${pool}" ended while it ran this call: ${reason}`,
      options,
    );
  }
}

/** A call took longer than its method's `timeoutMs`. */
export class ThreadTimeoutError extends ButtressError {
  constructor(method: string, timeoutMs: number) {
    super('ERR_BUTTRESS_THREADS_TIMEOUT', `${method} took longer than ${timeoutMs} ms`, {
      statusCode: 504,
    });
  }
}

/** Thrown in a thread: the caller has abandoned the call. */
export class ThreadCancelledError extends ButtressError {
  constructor() {
    super('ERR_BUTTRESS_THREADS_CANCELLED', 'The caller has abandoned this call');
  }
}
