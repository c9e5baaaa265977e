import { ButtressError, type ButtressErrorCode } from '../common/errors/buttress.error.ts';
import type { RefusalReason } from './refusal-reason.ts';

/** Code, status and message of the problem response to a refused request. */
export interface RefusalText {
  readonly code: ButtressErrorCode;
  readonly statusCode: 408 | 429 | 503;
  readonly message: string;
}

const OVERLOADED = {
  code: 'ERR_BUTTRESS_ADMISSION_OVERLOADED',
  statusCode: 503,
  message: 'The service is overloaded',
} as const;

const DEADLINE = {
  code: 'ERR_BUTTRESS_ADMISSION_DEADLINE',
  statusCode: 503,
  message: 'The service cannot answer before the deadline of this request',
} as const;

const QUOTA = {
  code: 'ERR_BUTTRESS_ADMISSION_QUOTA',
  statusCode: 429,
  message: 'This caller has reached its limit of requests in flight',
} as const;

/** Problem response to a body that came too slowly. */
export const SLOW_BODY = {
  code: 'ERR_BUTTRESS_ADMISSION_SLOW_BODY',
  statusCode: 408,
  message: 'The body of this request came too slowly',
} as const;

/** The problem response for a refusal reason. */
export function refusalOf(
  reason: RefusalReason,
): typeof OVERLOADED | typeof DEADLINE | typeof QUOTA {
  if (reason === 'deadline') return DEADLINE;
  return reason === 'quota' ? QUOTA : OVERLOADED;
}

/**
 * Thrown for a request that was refused before any work was done. Reaches the application only if
 * a global exception filter catches it.
 */
export class AdmissionError extends ButtressError {
  readonly reason: RefusalReason;

  constructor(reason: RefusalReason, retryAfterMs: number) {
    const { code, message, statusCode } = refusalOf(reason);
    super(code, message, { statusCode, retryAfterMs });
    this.reason = reason;
  }
}
