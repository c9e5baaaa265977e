import { describe, expect, it, onTestFinished, vi } from 'vitest';

import { GuardedLimiter } from '../../../lib/admission/guarded-limiter.ts';
import { currentScope } from '../../../lib/context/context-scope.ts';

/** A limiter that can be told what to do, and what is logged of it. */
function guard() {
  const own = {
    says: (): unknown => 12,
    get limit(): number {
      return this.says() as number;
    },
    sample: vi.fn<(durationMs: number, inFlight: number, now: number) => void>(),
  };
  const error = vi.spyOn(currentScope().log, 'error').mockImplementation(() => undefined);
  onTestFinished(() => error.mockRestore());
  return { own, guarded: new GuardedLimiter('GET /slow', own), error };
}

describe('a guarded limiter', () => {
  it('has the limit of the limiter, and passes samples on', () => {
    const { own, guarded, error } = guard();
    expect(guarded.limit).toBe(12);
    own.says = () => Infinity;
    expect(guarded.limit).toBe(Infinity);
    guarded.sample(20, 3, 1_000);
    expect(own.sample).toHaveBeenCalledWith(20, 3, 1_000);
    expect(error).not.toHaveBeenCalled();
  });

  it.each([
    ['nothing', (): unknown => undefined],
    ['no number', (): unknown => NaN],
    [
      'an error',
      () => {
        throw new Error('broken');
      },
    ],
  ])('keeps its limit where the limiter says %s, and logs that once', (_what, says) => {
    const { own, guarded, error } = guard();
    expect(guarded.limit).toBe(12);
    own.says = says;
    expect([guarded.limit, guarded.limit]).toEqual([12, 12]);
    expect(error).toHaveBeenCalledTimes(1);
    expect(error.mock.calls[0]?.[0]).toMatchObject({ group: 'GET /slow' });
    own.says = () => 5;
    expect(guarded.limit).toBe(5);
  });

  it('has a limit before the limiter gives a valid one', () => {
    const { own, guarded } = guard();
    own.says = () => undefined;
    expect(guarded.limit).toBeGreaterThan(1);
  });

  it('survives a limiter that throws for a sample', () => {
    const { own, guarded, error } = guard();
    own.sample.mockImplementation(() => {
      throw new Error('broken');
    });
    guarded.sample(20, 3, 1_000);
    guarded.sample(20, 3, 1_025);
    expect(own.sample).toHaveBeenCalledTimes(2);
    expect(error).toHaveBeenCalledTimes(1);
  });
});
