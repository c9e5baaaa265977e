import { describe, expect, it } from 'vitest';

import { type Evidence, findProblems } from '../../../lib/meta/model/problems.ts';

type WorkerRow = Evidence['workers'][number];
type Connections = Evidence['connections'][number]['value'];
type Endpoint = Connections['services'][number]['tiers'][number]['endpoints'][number];

const WELL: WorkerRow = {
  part: 'current',
  id: 1,
  slot: 0,
  pid: 100,
  state: 'READY',
  uptimeMs: 1,
  rssBytes: 1,
  privateBytes: 1,
  heapUsedBytes: 1,
  elu: 0,
  loopDelayP99Ms: 1,
  connections: 0,
  inFlight: 0,
  handed: 0,
  requests: 0,
  livenessFailure: null,
  unmanaged: [],
  restarts: 0,
  lastExit: null,
};

const NOTHING: Evidence = {
  workers: [WELL],
  missing: [],
  queues: [],
  admission: [],
  warnings: [],
  connections: [],
  readiness: [],
};

function endpoint(address: string, state: Endpoint['health']['state']): Endpoint {
  const health = { state, failures: 0, times: 0, forMs: 0 };
  const counts = { opened: 0, closed: 0, reused: 0 };
  return { address, weight: 1, health, open: 0, idle: 0, inUse: 0, waiting: 0, counts };
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
    const workers = [old as WorkerRow];
    const connections = [{ worker: 1, value: {} as Connections }];
    const readiness = [{ worker: 1, value: {} as never }];
    expect(findProblems({ ...NOTHING, workers, connections, readiness }, 0)).toEqual([
      { severity: 'fair', text: expect.stringContaining('another version'), href: '/workers' },
    ]);
  });

  it('shows the failure of a liveness check', () => {
    const workers = [WELL, { ...WELL, id: 2, slot: 1, livenessFailure: 'Cache.fits: it is full' }];
    expect(findProblems({ ...NOTHING, workers }, 0)).toEqual([
      {
        severity: 'poor',
        text: 'Worker 2 fails its liveness check: Cache.fits: it is full',
        href: '/liveness',
      },
    ]);
  });

  it('counts refused requests in the singular and the plural', () => {
    const memory = { rung: 'NONE', fraction: 0 };
    const admission = [1, 2].map((refused) => {
      const history = [{ at: 0, refused }];
      return { worker: refused, value: { memory, history } as never };
    });
    expect(findProblems({ ...NOTHING, admission }, 0).map(({ text }) => text)).toEqual([
      'Worker 1 refused 1 request in the last 30 s',
      'Worker 2 refused 2 requests in the last 30 s',
    ]);
  });

  it('names the slot that has no worker', () => {
    const workers = [{ ...WELL, id: null, slot: 3 }];
    expect(findProblems({ ...NOTHING, workers }, 0).map(({ text }) => text)).toEqual([
      'There is no worker in slot 3',
    ]);
  });

  it('names addresses that are down or held, once for a worker', () => {
    const shared = endpoint('10.0.0.1:80', 'DOWN');
    const rates = serviceOf('rates', [shared, endpoint('10.0.0.2:80', 'UP')]);
    const audit = serviceOf('audit', [
      shared,
      endpoint('10.0.0.3:80', 'HELD'),
      endpoint('10.0.0.4:80', 'PROBING'),
    ]);
    const connections = [{ worker: 7, value: connectionsOf(rates, audit) }];
    expect(findProblems({ ...NOTHING, connections }, 0).map(({ text }) => text)).toEqual([
      '10.0.0.1:80 is marked down in worker 7',
      '10.0.0.3:80 is marked down in worker 7',
    ]);
  });
});
