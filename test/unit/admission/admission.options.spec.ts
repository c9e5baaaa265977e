import { describe, expect, it } from 'vitest';

import {
  type AdmissionModuleOptions,
  resolveAdmissionOptions,
} from '../../../lib/admission/admission.options.ts';
import { FixedLimiter } from '../../../lib/admission/limiter.ts';

const request = { method: 'GET', url: '/', headers: {}, remoteAddress: '10.0.0.1' };

const wrong: [AdmissionModuleOptions, string][] = [
  [{ limiter: 'slow' as never }, 'admission.limiter must be "gradient", "fixed" or a function'],
  [{ limiter: 'fixed', limit: 0 }, 'admission.limit must be a whole number from 1'],
  [{ lag: { targetMs: 0 } }, 'admission.lag.targetMs must be a whole number from 1 to 10000'],
  [{ lag: true as never }, 'admission.lag must be an object'],
  [{ queue: { acceptableWaitMs: 0 } }, 'admission.queue.acceptableWaitMs must be a whole'],
  [{ queue: { maxWaitMs: 0 } }, 'admission.queue.maxWaitMs must be a whole number from 1'],
  [{ queue: { maxLength: -1 } }, 'admission.queue.maxLength must be a whole number from 0'],
  [{ queue: { max: 1 } as never }, 'admission.queue.max is not an option. Known:'],
  [{ turnMs: 1_001 }, 'admission.turnMs must be a whole number from 1 to 1000'],
  [{ priority: { header: '' } }, 'admission.priority.header must be a string'],
  [{ priority: { trust: ['here'] } }, 'admission.priority.trust[0] must be an IP address'],
  [{ priority: { trust: 'all' as never } }, 'admission.priority.trust must be a list'],
  [{ quota: { maxInFlight: 1 } as never }, 'admission.quota.keyOf must be a function'],
  [{ quota: { maxInFlight: 0, keyOf: () => '' } }, 'admission.quota.maxInFlight must be'],
  [{ bypass: { paths: '/livez' as never } }, 'admission.bypass.paths must be a list of paths'],
  [{ bypass: { maxInFlight: 0 } }, 'admission.bypass.maxInFlight must be a whole number'],
  [{ body: { graceMs: -1 } }, 'admission.body.graceMs must be a whole number from 0'],
  [{ memory: { refuseAt: 1.1 } }, 'admission.memory.refuseAt must be from 0 to 1'],
  [{ memory: { maxRssBytes: 0 } }, 'admission.memory.maxRssBytes must be a whole number'],
  [{ retryAfter: { minSeconds: 4 } }, 'admission.retryAfter.maxSeconds must be'],
  [{ limits: 1 } as never, 'admission.limits is not an option. Known: limiter'],
];

describe('options of admission', () => {
  it('have defaults', () => {
    const { limiter, ...rest } = resolveAdmissionOptions();
    expect(rest).toEqual({
      lagTargetMs: 20,
      acceptableWaitMs: 100,
      maxWaitMs: 500,
      maxWaiting: 1_000,
      turnMs: 10,
      priorityHeader: 'x-priority',
      isTrusted: undefined,
      quota: undefined,
      body: { minBytesPerSecond: 500, graceMs: 20_000, maxReading: 1_000 },
      bypass: {
        paths: new Set(['/livez', '/readyz', '/healthz', '/health', '/metrics']),
        maxInFlight: 16,
      },
      memory: { stopKeepAliveAt: 0.92, refuseAt: 0.95, maxRssBytes: Infinity },
      retryAfter: { minSeconds: 1, maxSeconds: 3 },
    });
    expect(limiter('GET /').limit).toBe(20);
  });

  it('give each group a limiter of its own', () => {
    const { limiter } = resolveAdmissionOptions();
    expect(limiter('a')).not.toBe(limiter('b'));
    const fixed = resolveAdmissionOptions({ limiter: 'fixed', limit: 7 }).limiter('a');
    expect(fixed.limit).toBe(7);
    const own = new FixedLimiter(3);
    const guarded = resolveAdmissionOptions({ limiter: () => own }).limiter('a');
    expect(guarded.limit).toBe(own.limit);
  });

  it('may switch parts off', () => {
    const options = resolveAdmissionOptions({ lag: false, memory: false, quota: false });
    expect(options).toMatchObject({ lagTargetMs: undefined, memory: undefined, quota: undefined });
  });

  it('name whose header of priority counts', () => {
    const list = resolveAdmissionOptions({ priority: { header: 'X-Mine', trust: ['10.0.0.0/8'] } });
    expect(list.priorityHeader).toBe('x-mine');
    expect(list.isTrusted?.(request)).toBe(true);
    expect(list.isTrusted?.({ ...request, remoteAddress: '11.0.0.1' })).toBe(false);
    const own = resolveAdmissionOptions({ priority: { trust: ({ method }) => method === 'PUT' } });
    expect(own.isTrusted?.(request)).toBe(false);
  });

  it.each(wrong)('say which one is wrong, and what it may be: %j', (options, message) => {
    expect(() => resolveAdmissionOptions(options)).toThrow(message);
  });
});
