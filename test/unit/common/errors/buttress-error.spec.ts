import { describe, expect, it } from 'vitest';

import { ButtressError, isButtressError } from '../../../../lib/common/errors/buttress.error.ts';

describe('ButtressError', () => {
  it('carries code, cause and what a refused caller needs', () => {
    const cause = new Error('below');
    const error = new ButtressError('ERR_BUTTRESS_TEST', 'above', {
      cause,
      statusCode: 503,
      retryAfterMs: 1_000,
    });
    expect(error).toMatchObject({
      code: 'ERR_BUTTRESS_TEST',
      statusCode: 503,
      retryAfterMs: 1_000,
    });
    expect(error.cause).toBe(cause);
  });

  it('is known by a brand, not by its class', () => {
    expect(isButtressError(new ButtressError('ERR_BUTTRESS_TEST', 'x'))).toBe(true);
    expect(isButtressError(new Error('x'))).toBe(false);
    expect(isButtressError(null)).toBe(false);
  });
});
