import { describe, expect, it } from 'vitest';

import { FixedLimiter } from '../../../lib/admission/limiter.ts';
import { type AdmissionSettings, RoutePlans } from '../../../lib/admission/route-plans.ts';

interface Config {
  url?: string;
  method?: string | string[];
  settings?: AdmissionSettings;
}

function makePlans(): RoutePlans {
  return new RoutePlans({
    limiter: () => new FixedLimiter(33),
    maxWaitMs: 500,
    acceptableWaitMs: 100,
    bypassPaths: new Set(['/livez']),
    settingsOf: (config: Config) => config.settings,
    holdOf: () => ({ release() {}, retake() {}, outlive() {} }),
  });
}

function planOf(config?: Config): ReturnType<RoutePlans['of']> {
  return makePlans().of(config);
}

describe('the plan of a route', () => {
  it('has a group of its own, and defaults for the rest', () => {
    const plan = planOf({ url: '/users/:id', method: 'GET' });
    expect(plan).toMatchObject({ rank: 2, isLimited: true, isBypassed: false });
    expect(plan.group.name).toBe('GET /users/:id');
    expect(plan.group.limiter.limit).toBe(33);
  });

  it('is made once', () => {
    const plans = makePlans();
    const config = { url: '/', method: 'GET' };
    expect(plans.of(config)).toBe(plans.of(config));
    expect(plans.of()).toBe(plans.of());
    expect([...plans.groups].map(({ name }) => name)).toEqual(['GET /', '(none)']);
  });

  it('names all of its methods', () => {
    expect(planOf({ url: '/', method: ['GET', 'HEAD'] }).group.name).toBe('GET,HEAD /');
  });

  it('follows the decorators', () => {
    const settings = {
      admissionGroup: 'reports',
      admissionLimit: 4,
      priority: 'sheddable',
      skipAdmissionLimit: true,
    } as const;
    const { group, rank, isLimited } = planOf({ url: '/', method: 'GET', settings });
    expect([group.name, group.limiter.limit, rank, isLimited]).toEqual(['reports', 4, 3, false]);
  });

  it('skips admission for probes', () => {
    expect(planOf({ url: '/livez', method: 'GET' }).isBypassed).toBe(true);
    expect(planOf({ url: '/livez/more', method: 'GET' }).isBypassed).toBe(false);
  });
});

describe('the groups of routes', () => {
  it('are shared by routes that name the same one', () => {
    const plans = makePlans();
    const settings = { admissionGroup: 'reports' };
    const one = plans.of({ url: '/a', settings });
    const other = plans.of({ url: '/b', settings });
    expect(one.group).toBe(other.group);
  });

  it('have the limit that any of their routes sets, whichever is requested first', () => {
    const plans = makePlans();
    plans.prepare([
      { admissionGroup: 'reports' },
      { admissionGroup: 'reports', admissionLimit: 4 },
    ]);
    const first = plans.of({ url: '/a', settings: { admissionGroup: 'reports' } });
    expect(first.group.limiter.limit).toBe(4);
    expect(plans.of({ url: '/b', method: 'GET' }).group.limiter.limit).toBe(33);
  });

  it('refuse two different limits', () => {
    const settings = [3, 4].map((admissionLimit) => ({
      admissionGroup: 'reports',
      admissionLimit,
    }));
    expect(() =>
      makePlans().prepare([...settings.slice(0, 1), ...settings.slice(0, 1)]),
    ).not.toThrow();
    expect(() => makePlans().prepare(settings)).toThrow('the group "reports" has a limit of 3');
  });

  it('are bounded in number: later routes share one', () => {
    const plans = makePlans();
    const urls = Array.from({ length: 700 }, (_, index) => `/${index}`);
    const names = urls.map((url) => plans.of({ url, method: 'GET' }).group.name);
    expect(names[499]).toBe('GET /499');
    expect(new Set(names.slice(500))).toEqual(new Set(['(other)']));
    expect([...plans.groups]).toHaveLength(501);
    expect(plans.group('GET /7').name).toBe('GET /7');
  });
});
