import { describe, expect, it } from 'vitest';

import {
  ADMISSION_OPTIONS,
  type AdmissionModuleOptions,
} from '../../../lib/admission/admission.options.ts';
import { FixedLimiter } from '../../../lib/admission/limiter.ts';
import type { ConfigEntry } from '../../../lib/common/options/config-values.ts';
import { thisMachine } from '../../../lib/common/options/machine.ts';

const request = { method: 'GET', url: '/', headers: {}, remoteAddress: '10.0.0.1' };

const wrong: [AdmissionModuleOptions, string][] = [
  [
    { limiter: 'fixed' as never },
    "admission.limiter must be 'gradient', { fixed: 100 } or a function. Received 'fixed'",
  ],
  [{ limiter: [1] as never }, "admission.limiter must be 'gradient', { fixed: 100 } or a function"],
  [{ limiter: { fixed: 0 } }, 'admission.limiter.fixed must be a whole number from 1'],
  [{ limiter: {} as never }, 'admission.limiter.fixed must be a number'],
  [{ limiter: { fixed: 1, max: 2 } as never }, 'admission.limiter.max is not an option'],
  [{ lagTargetMs: 0 }, 'admission.lagTargetMs must be a whole number from 1 to 10000'],
  [{ lagTargetMs: true as never }, 'admission.lagTargetMs must be a number'],
  [{ queue: { acceptableWaitMs: 0 } }, 'admission.queue.acceptableWaitMs must be a whole'],
  [{ queue: { maxWaitMs: 0 } }, 'admission.queue.maxWaitMs must be a whole number from 1'],
  [{ queue: { maxQueue: -1 } }, 'admission.queue.maxQueue must be a whole number from 0'],
  [{ queue: { max: 1 } as never }, 'admission.queue.max is not an option. Known:'],
  [{ turnMs: 1_001 }, 'admission.turnMs must be a whole number from 1 to 1000'],
  [{ priority: { header: '' } }, 'admission.priority.header must be a string'],
  [{ priority: { header: 'x y' } }, 'admission.priority.header must be the name of a header'],
  [{ priority: { trust: ['here'] } }, 'admission.priority.trust[0] must be an IP address'],
  [{ priority: { trust: 'all' as never } }, 'admission.priority.trust must be a list'],
  [{ quota: true as never }, 'admission.quota must be an object'],
  [{ quota: { maxInFlight: 1 } as never }, 'admission.quota.keyOf must be a function'],
  [{ quota: { maxInFlight: 0, keyOf: () => '' } }, 'admission.quota.maxInFlight must be'],
  [{ bypass: { paths: '/livez' as never } }, 'admission.bypass.paths must be a list of paths'],
  [{ bypass: { paths: ['livez'] } }, 'admission.bypass.paths[0] must be the path of a route'],
  [{ bypass: { maxInFlight: 0 } }, 'admission.bypass.maxInFlight must be a whole number'],
  [{ body: { graceMs: -1 } }, 'admission.body.graceMs must be a whole number from 0'],
  [{ memory: { refuseAt: 1.1 } }, 'admission.memory.refuseAt must be from 0 to 1'],
  [{ memory: { maxRssBytes: 0 } }, 'admission.memory.maxRssBytes must be a whole number'],
  [{ retryAfter: { minMs: -1 } }, 'admission.retryAfter.minMs must be a whole number from 0'],
  [
    { retryAfter: { minMs: 4_000 } },
    'admission.retryAfter.maxMs must be at least admission.retryAfter.minMs, which is 4000',
  ],
  [{ limits: 1 } as never, 'admission.limits is not an option. Known: limiter'],
];

describe('options of admission', () => {
  it('have defaults', () => {
    const { limiter, ...rest } = ADMISSION_OPTIONS.resolve();
    expect(rest).toEqual({
      lagTargetMs: 20,
      turnMs: 10,
      queue: { acceptableWaitMs: 100, maxWaitMs: 500, maxQueue: 1_000 },
      priority: undefined,
      quota: undefined,
      body: { minBytesPerSecond: 500, graceMs: 20_000, maxBodies: 1_000 },
      bypass: {
        paths: new Set(['/livez', '/readyz', '/healthz', '/health', '/metrics']),
        maxInFlight: 16,
      },
      memory: { stopKeepAliveAt: 0.92, refuseAt: 0.95, maxRssBytes: undefined },
      retryAfter: { minMs: 1_000, maxMs: 3_000 },
    });
    expect(limiter('GET /').limit).toBe(20);
  });

  it('give each group a limiter of its own', () => {
    const { limiter } = ADMISSION_OPTIONS.resolve();
    expect(limiter('a')).not.toBe(limiter('b'));
    const fixed = ADMISSION_OPTIONS.resolve({ limiter: { fixed: 7 } }).limiter('a');
    expect(fixed.limit).toBe(7);
    const own = new FixedLimiter(3);
    const guarded = ADMISSION_OPTIONS.resolve({ limiter: () => own }).limiter('a');
    expect(guarded.limit).toBe(own.limit);
  });

  it('switch parts off with false', () => {
    const off = { lagTargetMs: false, memory: false, quota: false, body: false } as const;
    expect(ADMISSION_OPTIONS.resolve(off)).toMatchObject({
      lagTargetMs: undefined,
      memory: undefined,
      quota: undefined,
      body: undefined,
    });
  });

  it('name the callers whose priority header counts', () => {
    const list = ADMISSION_OPTIONS.resolve({
      priority: { header: 'X-Mine', trust: ['10.0.0.0/8'] },
    });
    expect(list.priority?.header).toBe('x-mine');
    expect(list.priority?.isTrusted(request)).toBe(true);
    expect(list.priority?.isTrusted({ ...request, remoteAddress: '11.0.0.1' })).toBe(false);
    const own = ADMISSION_OPTIONS.resolve({
      priority: { trust: ({ method }) => method === 'PUT' },
    });
    expect(own.priority?.isTrusted(request)).toBe(false);
  });

  it('are shown with their sources, code by a placeholder', () => {
    const shown = new Map<string, ConfigEntry>();
    const given = { limiter: { fixed: 7 }, quota: { maxInFlight: 2, keyOf: () => 'a' } };
    ADMISSION_OPTIONS.resolve(given, thisMachine(), (one) => shown.set(one.name, one));
    expect(shown.get('admission.limiter')).toMatchObject({ value: { fixed: 7 }, source: 'code' });
    expect(shown.get('admission.quota.keyOf')).toMatchObject({ value: '(code)', source: 'code' });
    expect(shown.get('admission.queue.maxQueue')).toMatchObject({
      value: 1_000,
      source: 'default',
    });
  });

  it.each(wrong)('are refused by name, with what is allowed: %j', (options, message) => {
    expect(() => ADMISSION_OPTIONS.resolve(options)).toThrow(message);
  });
});
