import { ButtressError, type ButtressErrorCode } from '../common/errors/buttress.error.ts';
import type { WorkerOutcome } from './envelope.ts';

/** The primary did not answer the meta process in time. */
export class PrimarySilentError extends ButtressError {
  constructor(options?: ErrorOptions) {
    super('ERR_BUTTRESS_META_PRIMARY', 'The primary did not answer in time', {
      ...options,
      statusCode: 503,
    });
  }
}

/** An operation was refused or failed; the message comes from the process that ran it. */
export class OperationError extends ButtressError {
  /** @param outcomes of the workers that were asked; absent: the operation asks none */
  constructor(
    message: string,
    statusCode = 400,
    readonly outcomes?: readonly WorkerOutcome[],
  ) {
    super('ERR_BUTTRESS_META_OPERATION', message, { statusCode });
  }
}

/** Another operation is running, or there are too many changes or requests. */
export class BusyError extends ButtressError {
  constructor(message: string, statusCode: 409 | 429 | 503, retryAfterMs: number) {
    super('ERR_BUTTRESS_META_BUSY', message, { statusCode, retryAfterMs });
  }
}

/** No page, item, file, operation or worker has this name. */
export class NotFoundError extends ButtressError {
  constructor(message: string) {
    super('ERR_BUTTRESS_META_NOT_FOUND', message, { statusCode: 404 });
  }
}

/** A parameter or field is invalid. */
export class QueryError extends ButtressError {
  constructor(message: string) {
    super('ERR_BUTTRESS_META_QUERY', message, { statusCode: 400 });
  }
}

/** A change came from a page of another site. */
export class ForeignRequestError extends ButtressError {
  constructor(message: string) {
    super('ERR_BUTTRESS_META_FOREIGN', message, { statusCode: 403 });
  }
}

/** The body of a change is not JSON. */
export class ContentTypeError extends ButtressError {
  constructor(message: string) {
    super('ERR_BUTTRESS_META_CONTENT_TYPE', message, { statusCode: 415 });
  }
}

/** The `Host` header is not a name of these pages. */
export class HostError extends ButtressError {
  constructor() {
    super(
      'ERR_BUTTRESS_META_HOST',
      'Unknown Host header: add the name to the option `allowedHosts`',
      {
        statusCode: 421,
      },
    );
  }
}

/** The visitor is unknown, lacks access, or failed to log in too often. */
export class AccessError extends ButtressError {
  constructor(message: string, statusCode: 401 | 403 | 429) {
    super('ERR_BUTTRESS_META_ACCESS', message, { statusCode });
  }
}

/** The path does not allow this method. */
export class MethodError extends ButtressError {
  constructor(readonly allowed: string) {
    super('ERR_BUTTRESS_META_METHOD', `Only ${allowed} may be used here`, { statusCode: 405 });
  }
}

/** The module that `setup` names can't be loaded or is invalid. */
export class MetaSetupError extends ButtressError {
  constructor(message: string, options?: ErrorOptions) {
    const code: ButtressErrorCode = 'ERR_BUTTRESS_META_SETUP';
    super(code, message, options);
  }
}
