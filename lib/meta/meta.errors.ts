import { ButtressError, type ButtressErrorCode } from '../common/buttress.error.ts';

/** The primary did not answer the meta process in time. */
export class PrimarySilentError extends ButtressError {
  constructor(options?: ErrorOptions) {
    super('ERR_BUTTRESS_META_PRIMARY', 'The primary did not answer in time', {
      ...options,
      statusCode: 503,
    });
  }
}

/** An operation was refused or failed; the message is that of the process that ran it. */
export class OperationError extends ButtressError {
  constructor(message: string, statusCode = 400) {
    super('ERR_BUTTRESS_META_OPERATION', message, { statusCode });
  }
}

/** Another operation runs in the same process, or too much was asked for at once. */
export class BusyError extends ButtressError {
  constructor(message: string, statusCode: 409 | 429 | 503, retryAfterMs: number) {
    super('ERR_BUTTRESS_META_BUSY', message, { statusCode, retryAfterMs });
  }
}

/** There is nothing of that name. */
export class NotFoundError extends ButtressError {
  constructor(message: string) {
    super('ERR_BUTTRESS_META_NOT_FOUND', message, { statusCode: 404 });
  }
}

/** What was asked for makes no sense. */
export class QueryError extends ButtressError {
  constructor(message: string) {
    super('ERR_BUTTRESS_META_QUERY', message, { statusCode: 400 });
  }
}

/** A request that changes something came from another page, or not as JSON. */
export class ForeignRequestError extends ButtressError {
  constructor(message: string) {
    super('ERR_BUTTRESS_META_FOREIGN', message, { statusCode: 403 });
  }
}

/** The `Host` of a request is none that these pages go by. */
export class HostError extends ButtressError {
  constructor() {
    super('ERR_BUTTRESS_META_HOST', 'These pages do not go by that name: see meta.allowedHosts', {
      statusCode: 421,
    });
  }
}

/** The visitor is not known, or may not do this. */
export class AccessError extends ButtressError {
  constructor(message: string, statusCode: 401 | 403 | 429) {
    super('ERR_BUTTRESS_META_ACCESS', message, { statusCode });
  }
}

/** There is such a page, but it does not take this method. */
export class MethodError extends ButtressError {
  constructor(readonly allowed: string) {
    super('ERR_BUTTRESS_META_METHOD', `Only ${allowed} may be used here`, { statusCode: 405 });
  }
}

/** The module named by `meta.setup` is not as it should be. */
export class MetaSetupError extends ButtressError {
  constructor(message: string, options?: ErrorOptions) {
    const code: ButtressErrorCode = 'ERR_BUTTRESS_META_SETUP';
    super(code, message, options);
  }
}
