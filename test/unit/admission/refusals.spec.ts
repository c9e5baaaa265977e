import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { Refusals } from '../../../lib/admission/refusals.ts';
import { SecurityHeaders } from '../../../lib/admission/security-headers.ts';
import type { HookReply, HookRequest } from '../../../lib/common/http/request-hooks.ts';

const raw = {
  headersSent: false,
  statusCode: 200,
  writableFinished: false,
  writableEnded: false,
  getHeader: () => undefined,
  end: () => undefined,
  on: () => undefined,
};

/** Refuses a request; returns the `Retry-After` of its answer. */
function retryAfterOf(retryAfter: { minMs: number; maxMs: number }, drawn: number): unknown {
  const headers: Record<string, unknown> = {};
  const reply = {
    raw,
    sent: false,
    header: (name: string, value: unknown) => void (headers[name] = value),
    code: () => undefined,
    type: () => undefined,
    send: () => undefined,
  } as HookReply;
  const request = { raw: { headers: {}, method: 'GET', url: '/' } } as HookRequest;
  const filters = { catches: () => false, answer: () => undefined };
  const random = (): number => drawn;
  const refusals = new Refusals({
    retryAfter,
    random,
    filters,
    headers: new SecurityHeaders(),
  });
  refusals.answer({ request, reply }, 'queue');
  return headers['retry-after'];
}

describe('Retry-After of a refusal', () => {
  it('is drawn evenly from the whole seconds of the range', () => {
    const range = { minMs: 1_000, maxMs: 3_000 };
    const drawn = [0, 0.3, 0.34, 0.6, 0.67, 0.999].map((one) => retryAfterOf(range, one));
    expect(drawn).toEqual([1, 1, 2, 2, 3, 3]);
  });

  it('rounds up, so that no client comes back early', () => {
    expect(retryAfterOf({ minMs: 1, maxMs: 1 }, 0.5)).toBe(1);
    expect(retryAfterOf({ minMs: 1_001, maxMs: 1_500 }, 0.5)).toBe(2);
    expect(retryAfterOf({ minMs: 0, maxMs: 0 }, 0.5)).toBe(0);
  });

  it('is a whole number of seconds within the range, for every range', () => {
    const ms = fc.nat({ max: 86_400_000 });
    const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    fc.assert(
      fc.property(ms, ms, random, (a, b, drawn) => {
        const range = { minMs: Math.min(a, b), maxMs: Math.max(a, b) };
        const seconds = Number(retryAfterOf(range, drawn));
        expect(Number.isInteger(seconds)).toBe(true);
        expect(seconds * 1_000).toBeGreaterThanOrEqual(range.minMs);
        expect(seconds * 1_000).toBeLessThan(range.maxMs + 1_000);
      }),
    );
  });
});
