import { describe, expect, it } from 'vitest';

import { findProblems } from '../../../../lib/meta/incidents/find-problems.ts';
import type { Evidence } from '../../../../lib/meta/incidents/problem.ts';
import { NOTHING, textsOf, WELL } from './evidence.ts';

type Connections = Evidence['connections'][number]['value'];
type Endpoint = Connections['services'][number]['tiers'][number]['endpoints'][number];

function endpoint(address: string, state: Endpoint['health']['state']): Endpoint {
  const health = { state, failures: 0, times: 0, forMs: 0, isProven: true, isFailing: false };
  const counts = { opened: 0, closed: 0, reused: 0 };
  return { address, weight: 1, health, open: 0, idle: 0, inUse: 0, max: 100, waiting: 0, counts };
}

function serviceOf(name: string, endpoints: Endpoint[]): Connections['services'][number] {
  return {
    name,
    aliases: [],
    tls: false,
    tiers: [{ addresses: [], endpoints }],
    requests: { pending: 0 } as never,
    leases: { held: 0 } as never,
    phases: {} as never,
    throttle: { chance: 0, heldBack: 0 },
    retries: { left: 0, refused: 0 },
    errors: {},
    lastErrors: [],
  };
}

function connectionsOf(...services: Connections['services']): Connections {
  return {
    sockets: { open: 0, max: 1, waiting: 0 },
    names: { asked: 0, failed: 0 },
    services,
  };
}

describe('findProblems', () => {
  it('finds none where all is well', () => {
    expect(findProblems(NOTHING, 0)).toEqual([]);
  });

  it('says so once where reports come from another version', () => {
    const { livenessFailure: _new, ...old } = WELL;
    const workers = [old as Evidence['workers'][number]];
    const connections = [{ worker: 1, value: {} as Connections }];
    const readiness = [{ worker: 1, value: {} as never }];
    expect(findProblems({ ...NOTHING, workers, connections, readiness }, 0)).toEqual([
      {
        key: 'unreadable',
        kind: 'hint',
        severity: 'fair',
        text: expect.stringContaining('another version'),
        href: '/workers',
      },
    ]);
  });

  it('shows the failure of a liveness check', () => {
    const workers = [WELL, { ...WELL, id: 2, slot: 1, livenessFailure: 'Cache.fits: it is full' }];
    expect(findProblems({ ...NOTHING, workers }, 0)).toEqual([
      {
        key: 'liveness 2',
        kind: 'worker',
        severity: 'poor',
        text: 'Worker 2 fails its liveness check: Cache.fits: it is full',
        href: '/liveness',
        workers: [2],
      },
    ]);
  });

  it('tells in which workers the rules found a problem', () => {
    const warnings = [1, 2].map((worker) => {
      const finding = { level: 'problem', code: 'X', text: `${worker} of 3`, advice: '' };
      return { worker, value: { findings: [finding], node: [] } as never };
    });
    expect(findProblems({ ...NOTHING, warnings }, 0)).toMatchObject([{ workers: [1, 2] }]);
  });

  it('shows a health that an operator failed, with the reason', () => {
    const since = '2026-11-29T12:00:00.000Z';
    const failure = { by: 'ada', reason: 'network test', since, remainingMs: null };
    const health = { isReady: false, readyWorkers: 1, quorum: 1, failure };
    expect(findProblems({ ...NOTHING, health }, 0)).toEqual([
      {
        key: 'failed health',
        kind: 'hint',
        severity: 'poor',
        impact: 'The group reports not ready but keeps serving.',
        text: `Health failed by operator ada since ${since}: network test`,
        href: '/health',
      },
    ]);
    const well = { ...health, isReady: true, failure: null };
    expect(findProblems({ ...NOTHING, health: well }, 0)).toEqual([]);
  });

  it('shows a worker that an operator took out', () => {
    const since = '2026-11-29T12:00:00.000Z';
    const out = { by: 'ada', reason: 'leak', since, remainingMs: 1_000 };
    expect(findProblems({ ...NOTHING, workers: [{ ...WELL, out }] }, 0)).toMatchObject([
      {
        kind: 'hint',
        text: `Worker 1 was taken out by operator ada at ${since}: leak`,
        workers: [1],
      },
    ]);
  });

  it('counts refused requests in the singular and the plural', () => {
    const pressure = [1, 2].map((refusedLately) => {
      return { worker: refusedLately, value: { rung: 'NONE', refusedLately } as const };
    });
    expect(textsOf({ ...NOTHING, pressure })).toEqual([
      '3 requests refused in the last 30 s by workers 1, 2',
    ]);
    expect(textsOf({ ...NOTHING, pressure: pressure.slice(0, 1) })).toEqual([
      '1 request refused in the last 30 s by worker 1',
    ]);
  });

  it('names the slot that has no worker', () => {
    const workers = [{ ...WELL, id: null, slot: 3, state: 'EXITED' as const }];
    expect(findProblems({ ...NOTHING, workers }, 0).map(({ text }) => text)).toEqual([
      'No worker is ready',
      'There is no worker in slot 3',
    ]);
  });

  it('names the endpoints of a service that are down or held, once for all workers', () => {
    const shared = endpoint('10.0.0.1:80', 'DOWN');
    const rates = serviceOf('rates', [shared, endpoint('10.0.0.2:80', 'UP')]);
    const audit = serviceOf('audit', [shared, endpoint('10.0.0.3:80', 'HELD')]);
    const connections = [1, 2].map((worker) => ({ worker, value: connectionsOf(rates, audit) }));
    expect(findProblems({ ...NOTHING, connections }, 0)).toMatchObject([
      { severity: 'poor', text: 'audit: 2 of 2 endpoints down: 10.0.0.1:80, 10.0.0.3:80' },
      { severity: 'fair', text: 'rates: 1 of 2 endpoints down: 10.0.0.1:80' },
    ]);
  });

  it('names a dead endpoint that must stay in use, and the routes that call the service', () => {
    const failing = endpoint('10.0.0.1:80', 'UP');
    failing.health = { ...failing.health, failures: 7, isFailing: true };
    const value = connectionsOf(serviceOf('rates', [failing]));
    const steps = [{ name: 'rates.tcp', atMs: 0, ms: 1 }];
    const live = ['/a', '/b', '/c', '/d', '/e'].map((route) => {
      return { id: route, method: 'GET', route, steps };
    });
    const requests = [{ worker: 1, value: { live, failed: [], classes: [] } as never }];
    const evidence = { ...NOTHING, connections: [{ worker: 1, value }], requests };
    expect(findProblems(evidence, 0)).toMatchObject([
      {
        severity: 'poor',
        text: 'rates: 1 of 1 endpoint down: 10.0.0.1:80',
        impact: 'Calls fail. Used by GET /a, GET /b, GET /c and 2 other routes.',
      },
    ]);
  });

  it('forgets the failures of a service that nobody has called for a while', () => {
    const failing = endpoint('10.0.0.1:80', 'UP');
    failing.health = { ...failing.health, failures: 7, isFailing: true };
    const service = serviceOf('rates', [failing]);
    service.lastErrors = [{ at: 0, code: 'E', message: 'refused', address: failing.address }];
    const connections = [{ worker: 1, value: connectionsOf(service) }];
    const evidence = { ...NOTHING, connections };
    expect(findProblems(evidence, 600_000)).toHaveLength(1);
    expect(findProblems(evidence, 600_001)).toEqual([]);
  });

  it('names the line that blocked event loops, once for all workers', () => {
    const frame = 'block (src/lab.controller.ts:16:5)';
    const blockOf = (longestMs: number, lastAt: number) => ({
      blocks: 1,
      longestMs,
      latest: [],
      frames: [
        { frame, count: 1, totalMs: longestMs, longestMs, lastAt, requestId: 'r1', stack: [frame] },
      ],
    });
    const blocked = [
      { worker: 2, value: blockOf(300, 10_000) },
      { worker: 1, value: blockOf(4_980, 20_000) },
    ];
    const problem = { kind: 'error', cause: frame, stack: [frame], requestId: 'r1', at: 20_000 };
    expect(findProblems({ ...NOTHING, blocked }, 30_000)).toMatchObject([
      {
        ...problem,
        severity: 'poor',
        text: 'The event loop of workers 1, 2 was blocked 2 times, at most for 4.98 s',
      },
    ]);
    expect(findProblems({ ...NOTHING, blocked }, 300_000)).toMatchObject([{ severity: 'fair' }]);
    expect(findProblems({ ...NOTHING, blocked }, 1_000_000)).toEqual([]);
  });

  it('shows what a blocked worker executes now', () => {
    const workers = [WELL, { ...WELL, id: 2, slot: 1, state: 'STALLED' as const }];
    const stacks = new Map([[2, ['now (node:fs:1:1)', 'work (src/a.ts:2:3)']]]);
    expect(findProblems({ ...NOTHING, workers, stacks }, 0)).toMatchObject([
      { text: 'The event loop of worker 2 is blocked', cause: 'work (src/a.ts:2:3)' },
    ]);
  });

  it('tells of the queues of the application, not of that of the pages', () => {
    const full = { length: 9, maxQueue: 9, oldestAgeMs: 200 };
    const queues = [
      { ...full, listener: 'http', role: 'app' },
      { ...full, listener: 'pages', role: 'meta' },
    ] as unknown as Evidence['queues'];
    expect(textsOf({ ...NOTHING, queues })).toEqual(['The accept queue of http is full']);
  });

  it('puts an outage above errors, and these above what is shed, depends or may be', () => {
    const workers = [{ ...WELL, state: 'STALLED' as const }];
    const rates = serviceOf('rates', [endpoint('10.0.0.1:80', 'DOWN')]);
    const connections = [{ worker: 1, value: connectionsOf(rates) }];
    const kinds = findProblems({ ...NOTHING, workers, connections, shed: 3 }, 0).map(
      ({ kind }) => kind,
    );
    expect(kinds).toEqual(['outage', 'error', 'shed', 'dependency']);
  });

  it('tells of memory that grows towards the limit, and when it gets there', () => {
    const mib = 2 ** 20;
    const workers = [{ ...WELL, privateBytes: 400 * mib }];
    const growth = [{ slot: 0, bytesPerMinute: 50 * mib, bytes: 600 * mib }];
    const evidence = { ...NOTHING, workers, growth, memoryLimitBytes: 500 * mib };
    expect(findProblems(evidence, 0)).toMatchObject([
      {
        key: 'growth 0',
        text: 'The memory of worker 1 grows by 50 MiB a minute, to 400 MiB now',
        impact: 'It reaches its limit of 500 MiB in 2 min, and is replaced then.',
      },
    ]);
    expect(findProblems({ ...evidence, memoryLimitBytes: 50_000 * mib }, 0)).toEqual([]);
    expect(findProblems({ ...evidence, memoryLimitBytes: null }, 0)).toHaveLength(1);
    expect(findProblems({ ...evidence, workers: [] }, 0)).toEqual([]);
  });

  it('tells since when the primary is silent.', () => {
    const silent = { ...NOTHING, primarySilentSince: 1_000 };
    expect(findProblems(silent, 3_900)).toEqual([]);
    const [problem] = findProblems(silent, 13_000);
    expect(problem).toMatchObject({
      key: 'primary silent',
      severity: 'poor',
      text: 'The primary has not answered for 12 s',
    });
  });
});
