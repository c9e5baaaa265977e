import { ButtressError } from '../common/buttress.error.ts';

/** The primary did not answer the meta process in time. */
export class PrimarySilentError extends ButtressError {
  constructor(options?: ErrorOptions) {
    super('ERR_BUTTRESS_META_PRIMARY', 'The primary did not answer in time', {
      ...options,
      statusCode: 503,
    });
  }
}

/** A worker refused to do what it was told; the message is the worker's. */
export class OperationError extends ButtressError {
  constructor(message: string) {
    super('ERR_BUTTRESS_META_OPERATION', message, { statusCode: 400 });
  }
}

/** There is nothing of that name. */
export class NotFoundError extends ButtressError {
  constructor(message: string) {
    super('ERR_BUTTRESS_META_NOT_FOUND', message, { statusCode: 404 });
  }
}

/** A request that changes something came from another page, or not as JSON. */
export class ForeignRequestError extends ButtressError {
  constructor(message: string) {
    super('ERR_BUTTRESS_META_FOREIGN', message, { statusCode: 403 });
  }
}
