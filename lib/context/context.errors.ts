import { ButtressError } from '../common/errors/buttress.error.ts';

/** Thrown on access to the request's context outside of a request. */
export class NoContextError extends ButtressError {
  constructor() {
    super(
      'ERR_BUTTRESS_CONTEXT_NONE',
      'Context was used outside a request. In cron jobs, queue consumers and tests ' +
        'enter one with Context.run(options, fn); in gateways and message handlers with ' +
        '@UseContext(). Where a request is optional, use Context.current() instead.',
    );
  }
}

/** Reason for aborting the work of a request. */
export type AbortReason = 'client-gone' | 'deadline' | 'shutdown';

const ABORTS = {
  'client-gone': {
    code: 'ERR_BUTTRESS_CONTEXT_CLIENT_GONE',
    message: 'The client closed the connection before the response was complete',
    options: { statusCode: 499 },
  },
  deadline: {
    code: 'ERR_BUTTRESS_CONTEXT_DEADLINE',
    message: 'The deadline of this request has passed',
    options: { statusCode: 504 },
  },
  shutdown: {
    code: 'ERR_BUTTRESS_CONTEXT_SHUTDOWN',
    message: 'This process is shutting down and its grace period is over',
    options: { statusCode: 503, retryAfterMs: 1_000 },
  },
} as const;

/** Reason of an aborted context's `signal`; `reason` tells the cases apart. */
export class ContextAbortError extends ButtressError {
  readonly reason: AbortReason;

  constructor(reason: AbortReason) {
    const { code, message, options } = ABORTS[reason];
    super(code, message, options);
    this.reason = reason;
  }
}

/** Answer to a request whose work caused an unhandled error; the process is about to end. */
export class RequestCrashedError extends ButtressError {
  constructor() {
    super('ERR_BUTTRESS_CONTEXT_CRASHED', 'Internal server error', { statusCode: 500 });
  }
}
