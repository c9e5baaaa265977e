import { describe, expect, it } from 'vitest';

import { FixedLimiter, type Limiter } from '../../../lib/admission/limiter.ts';
import { RuntimeLimits } from '../../../lib/admission/runtime-limits.ts';
import { Settings } from '../../../lib/reports/settings.ts';

function arrange(): { settings: Settings; limits: RuntimeLimits } {
  const settings = new Settings({ clock: { now: () => 0 }, later: () => () => undefined });
  return { settings, limits: new RuntimeLimits(settings, { turnMs: 10, maxQueue: 100 }) };
}

const BY = { by: 'ada', forMs: 60_000 };

describe('R43: limits of admission that operators change', () => {
  it('are those of the configuration until they are changed', () => {
    const { settings, limits } = arrange();
    settings.change({ name: 'admission.turnMs', value: 50, ...BY });
    settings.change({ name: 'admission.queue.maxQueue', value: 0, ...BY });
    expect([limits.turnMs, limits.maxQueue]).toEqual([50, 0]);
    settings.reset('admission.turnMs');
    expect([limits.turnMs, limits.maxQueue]).toEqual([10, 0]);
    limits.close();
    expect(settings.snapshot()).toEqual([]);
  });

  it('fix the limit of a group, from which its limiter does not learn meanwhile', () => {
    const { settings, limits } = arrange();
    const samples: number[] = [];
    const own: Limiter = { limit: 20, sample: (durationMs) => samples.push(durationMs) };
    const limiter = limits.limiterOf('GET /slow', own);
    const other = limits.limiterOf('GET /fast', new FixedLimiter(7));
    limiter.sample(1, 1, 1);
    settings.change({ name: 'admission.limit GET /slow', value: 2, ...BY });
    limiter.sample(2, 1, 1);
    expect([limiter.limit, other.limit]).toEqual([2, 7]);
    settings.reset('admission.limit GET /slow');
    limiter.sample(3, 1, 1);
    expect([limiter.limit, samples]).toEqual([20, [1, 3]]);
  });

  it('accept what the options of the configuration accept', () => {
    const { settings } = arrange();
    expect(() => settings.check('admission.turnMs', 0)).toThrow(RangeError);
    expect(() => settings.check('admission.queue.maxQueue', -1)).toThrow(RangeError);
  });
});
