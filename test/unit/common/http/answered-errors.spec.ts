import { describe, expect, it } from 'vitest';

import { AdmissionError } from '../../../../lib/admission/admission.errors.ts';
import {
  SocketAbortedError,
  SocketTimeoutError,
} from '../../../../lib/buffered-socket/buffered-socket.errors.ts';
import { ButtressError } from '../../../../lib/common/errors/buttress.error.ts';
import { isRefusal } from '../../../../lib/common/http/answered-errors.ts';
import { ConnectionError } from '../../../../lib/connections/connection.errors.ts';
import { ContextAbortError, RequestCrashedError } from '../../../../lib/context/context.errors.ts';
import { ThreadPoolBusyError, ThreadTimeoutError } from '../../../../lib/threads/threads.errors.ts';

const operation = { operation: 'read' };
const refused = new ConnectionError('REFUSED', 'rates refused', { service: 'rates' });

const REFUSALS: ButtressError[] = [
  new AdmissionError('queue', 1_000),
  new ThreadPoolBusyError('pdf', 1_000),
  new ContextAbortError('deadline'),
  new ContextAbortError('client-gone'),
  new ContextAbortError('shutdown'),
  new SocketAbortedError(new ContextAbortError('deadline'), operation),
];

const FAULTS: ButtressError[] = [
  refused,
  new ConnectionError('READ_TIMEOUT', 'rates are silent', { service: 'rates' }),
  new ConnectionError('DEADLINE', 'no time left', {
    service: 'rates',
    cause: new ContextAbortError('deadline'),
  }),
  new SocketAbortedError(refused, operation),
  new SocketTimeoutError(100, operation),
  new ThreadTimeoutError('Pdf.render', 100),
  new RequestCrashedError(),
  new ButtressError('ERR_BUTTRESS_OWN', 'Nobody is at home', { statusCode: 503 }),
];

describe('R43: an error that answers a request', () => {
  it.each(REFUSALS.map((error) => [error.message, error]))('is a refusal: %s', (_text, error) => {
    expect(isRefusal(error)).toBe(true);
  });

  it.each(FAULTS.map((error) => [error.message, error]))('is a fault: %s', (_text, error) => {
    expect(isRefusal(error)).toBe(false);
  });
});
