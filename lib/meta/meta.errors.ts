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
