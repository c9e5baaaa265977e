import { describe, expect, it } from 'vitest';

import type { RequestsReport } from '../../../../lib/insight/request-log.ts';
import type { Answers } from '../../../../lib/meta/group-reports.provider.ts';
import {
  dependenciesOf,
  type DependencyEndpoint,
  endpointState,
} from '../../../../lib/meta/model/dependencies.ts';
import { markForms } from '../../../../lib/meta/pages/mark-form.ts';
import { html } from '../../../../lib/meta/view/html.ts';

type Connections = Answers<'connections'>[number]['value'];
type Service = Connections['services'][number];
type Endpoint = Service['tiers'][number]['endpoints'][number];

const UP: Endpoint['health'] = {
  state: 'UP',
  failures: 0,
  times: 0,
  forMs: 0,
  isProven: true,
  isFailing: false,
};

function endpoint(address: string, health: Partial<Endpoint['health']> = {}): Endpoint {
  const counts = { opened: 3, closed: 1, reused: 9 };
  const sizes = { open: 2, idle: 1, inUse: 1, max: 100, waiting: 1 };
  return { address, weight: 1, health: { ...UP, ...health }, ...sizes, counts };
}

const PHASE = { count: 1, p50Ms: 1, p95Ms: 2, p99Ms: 3, maxMs: 4 };
const UNMEASURED = { count: 0, p50Ms: null, p95Ms: null, p99Ms: null, maxMs: null };

function service(name: string, tiers: Endpoint[][], given: Partial<Service> = {}): Service {
  return {
    name,
    aliases: [],
    tls: false,
    tiers: tiers.map((endpoints) => ({ addresses: [`${name}:80`], endpoints })),
    requests: { requested: 10, given: 8, failed: 2, abandoned: 0, pending: 0 },
    leases: { leased: 8, released: 8, destroyed: 0, broken: 0, held: 0 },
    phases: { wait: UNMEASURED, dns: PHASE, tcp: PHASE, tls: UNMEASURED, firstByte: PHASE },
    throttle: { chance: 0, heldBack: 0 },
    retries: { left: 10, refused: 0 },
    errors: { ECONNREFUSED: 2 },
    lastErrors: [{ at: 5, code: 'ECONNREFUSED', message: 'refused', address: undefined }],
    ...given,
  };
}

function answers(...workers: Service[][]): Answers<'connections'> {
  const shared = { sockets: { open: 2, max: 100, waiting: 0 }, names: { asked: 1, failed: 0 } };
  return workers.map((services, at) => ({ worker: at + 1, value: { ...shared, services } }));
}

function requestsWith(...steps: string[]): { worker: number; value: RequestsReport }[] {
  const record = {
    id: 'a',
    method: 'GET',
    route: '/rates/:id',
    startedAt: 0,
    durationMs: 1,
    queueWaitMs: 0,
    userAgent: '',
    traceId: null,
    status: 500,
    isAborted: false,
    steps: steps.map((name) => ({ name, atMs: 0, ms: 1 })),
  };
  const classes = [{ fromMs: 0, requests: [record] }];
  return [{ worker: 1, value: { inFlight: 0, live: [], failed: [record], classes, routes: [] } }];
}

describe('The state of an endpoint', () => {
  it.each([
    [{}, 'UP'],
    [{ failures: 16 }, 'FAILING'],
    [{ failures: 1 }, 'FAILING'],
    [{ isProven: false }, 'UNTRIED'],
    [{ state: 'DOWN' }, 'DOWN'],
    [{ state: 'HELD' }, 'HELD'],
    [{ state: 'PROBING' }, 'PROBING'],
  ] as const)('with the health %o is %s', (health, state) => {
    expect(endpointState(endpoint('a:1', health))).toBe(state);
  });

  it('is UP in a report of an older release, which does not tell whether it is proven', () => {
    const { isProven: _unknown, ...health } = UP;
    expect(endpointState({ ...endpoint('a:1'), health: health as typeof UP })).toBe('UP');
  });
});

describe('A dependency', () => {
  it('has each endpoint once, with its worst state and the workers of each state', () => {
    const [rates] = dependenciesOf(
      answers(
        [service('rates', [[endpoint('a:1')], [endpoint('b:1', { state: 'DOWN', forMs: 900 })]])],
        [service('rates', [[endpoint('a:1', { failures: 3 })], [endpoint('b:1')]])],
      ),
      [],
    );
    expect(rates?.endpoints).toEqual([
      expect.objectContaining({
        address: 'a:1',
        tier: 0,
        state: 'FAILING',
        states: { FAILING: 1, UP: 1 },
        failures: 3,
        open: 4,
        max: 200,
      }),
      expect.objectContaining({ address: 'b:1', tier: 1, state: 'DOWN', forMs: 900 }),
    ]);
    expect(rates).toMatchObject({
      open: 8,
      idle: 4,
      waiting: 4,
      max: 400,
      requested: 20,
      failed: 4,
    });
    expect(rates?.errors).toEqual({ ECONNREFUSED: 4 });
  });

  it('whose tiers are all dead is not UP', () => {
    const dead = [[endpoint('a:1', { state: 'DOWN' })], [endpoint('b:1', { failures: 16 })]];
    expect(dependenciesOf(answers([service('rates', dead)]), [])[0]?.state).toBe('DOWN');
  });

  it('with some endpoints that work is DEGRADED, and stands before healthy ones', () => {
    const some = [[endpoint('a:1', { state: 'DOWN' })], [endpoint('b:1')]];
    const all = answers([service('a', [[endpoint('c:1')]]), service('b', some)]);
    expect(dependenciesOf(all, []).map(({ name, state }) => [name, state])).toEqual([
      ['b', 'DEGRADED'],
      ['a', 'UP'],
    ]);
  });

  it('that is not resolved yet is UNTRIED', () => {
    expect(dependenciesOf(answers([service('rates', [[]])]), [])[0]).toMatchObject({
      state: 'UNTRIED',
      endpoints: [{ address: 'rates:80', state: 'UNTRIED', open: 0 }],
    });
  });

  it('has the p95 of the slowest worker, and none where nothing was measured', () => {
    const slow = { ...PHASE, p95Ms: 70 };
    const phases = { wait: UNMEASURED, dns: slow, tcp: PHASE, tls: UNMEASURED, firstByte: PHASE };
    const both = answers([service('rates', [])], [service('rates', [], { phases })]);
    expect(dependenciesOf(both, [])[0]?.p95Ms).toEqual({
      wait: null,
      dns: 70,
      tcp: 2,
      tls: null,
      firstByte: 2,
    });
  });

  it('names the routes whose recorded requests called it, each request once', () => {
    const own = answers([service('rates', [], { aliases: ['fx'] }), service('rate', [])]);
    const routesOf = (...steps: string[]) =>
      dependenciesOf(own, requestsWith(...steps)).map(({ name, routes }) => [name, routes]);
    expect(Object.fromEntries(routesOf('rates.tcp', 'fx.call') as [string, object][])).toEqual({
      rates: [{ route: 'GET /rates/:id', requests: 1 }],
      rate: [],
    });
  });

  it('tells its latest error of all workers', () => {
    const later = { at: 9, code: 'TIMEOUT', message: 'late', address: 'a:1' };
    const both = answers([service('rates', [])], [service('rates', [], { lastErrors: [later] })]);
    expect(dependenciesOf(both, [])[0]?.lastError).toEqual({ ...later, worker: 2 });
  });
});

function one(state: DependencyEndpoint['state']): DependencyEndpoint {
  const sizes = { open: 0, idle: 0, waiting: 0, max: 1 };
  return { address: '"a:1', tier: 0, state, states: {}, failures: 0, forMs: 0, ...sizes };
}

describe('The forms of an endpoint', () => {
  const operator = { name: 'ada', access: 'operate' } as const;
  const formsOf = (state: DependencyEndpoint['state']): string[] => {
    const { markup } = html`${markForms(one(state), operator)}`;
    return [...markup.matchAll(/action="\/operations\/connections\.([a-z-]+)"/g)].map(
      ([, name = '']) => name,
    );
  };

  it('offer what changes its state', () => {
    expect(formsOf('UP')).toEqual(['hold-down']);
    expect(formsOf('HELD')).toEqual(['mark-up']);
    expect(formsOf('DOWN')).toEqual(['mark-up', 'hold-down']);
  });

  it('escape the address', () => {
    expect(html`${markForms(one('UP'), operator)}`.markup).toContain('value="&quot;a:1"');
  });

  it('are not shown to those who may only read', () => {
    expect(markForms(one('UP'), { name: 'eve', access: 'read' })).toBe('');
  });
});
