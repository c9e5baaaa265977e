import { beforeAll, describe, expect, it } from 'vitest';

import { freePort } from '../../support/free-port.ts';
import { report, steadily, tally } from '../../support/load.ts';
import { get, labAnswer, outcome } from '../../support/raw-connection.ts';
import { sharedGroup } from '../../support/shared-group.ts';
import { startSingle } from '../../support/single-process.ts';
import { type GroupSetup, PATIENT, startGroup, type TestGroup } from '../../support/test-group.ts';
import { until } from '../../support/until.ts';

interface Loss {
  setup: () => Promise<GroupSetup>;
  lose: (group: TestGroup) => void;
}

/** Why what is written goes nowhere. */
const LOSSES: [string, Loss][] = [
  [
    'nobody reads stdout and stderr any more',
    { setup: () => printing(), lose: (group) => group.closeOutput() },
  ],
  [
    'the disk of the log is full',
    {
      setup: async () => ({ ...(await printing()), outputFile: '/dev/full' }),
      lose: () => undefined,
    },
  ],
  [
    'the disk of a log for people is full',
    {
      setup: async () => ({
        ...(await printing()),
        env: { PRETTY: 'yes' },
        outputFile: '/dev/full',
      }),
      lose: () => undefined,
    },
  ],
];

/** How long the primary may take for a probe at most, in milliseconds: far less than a probe waits. */
const PROBE_MS = 2_000;

describe.each(LOSSES)('Output when %s', (_loss, { setup, lose }) => {
  const shared = sharedGroup(setup);
  beforeAll(() => lose(shared()));

  it('R5 leaves requests that print answered, and their workers where they are', async () => {
    const group = shared();
    const pids = await group.pids();
    const printed = await steadily({ everyMs: 100, forMs: 2_000 }, () =>
      group.get('/print/something'),
    );
    expect(tally(printed.map(outcome))).toEqual(new Map([[200, printed.length]]));
    const by = new Set(printed.map((one) => labAnswer(one).pid));
    expect([...by].filter((pid) => !pids.includes(pid))).toEqual([]);
    expect(await group.pids()).toEqual(pids);
    expect((await group.untilAllReady()).map(({ restarts }) => restarts)).toEqual([0, 0]);
  });

  it('R5 does the pages no harm that log an operation', async () => {
    const group = shared();
    const [first] = await group.untilAllReady();
    const asked = await group.post('/api/v1/operations/recycle', { worker: first?.id }, {});
    expect(asked.status).toBe(202);
    const answers = await steadily({ everyMs: 100, forMs: 3_000 }, () => pagesLive(group));
    expect(tally(answers)).toEqual(new Map([[true, answers.length]]));
    await group.untilWorker(0, 'recycled', ({ id }) => id !== first?.id);
    expect((await group.get('/lab/who')).status).toBe(200);
  });

  it('R5 lets a worker that ends be replaced, and the service and its pages go on', async () => {
    const group = shared();
    const before = await group.pids();
    expect((await group.get('/lab/exit?code=3')).status).toBeUndefined();
    const after = await until('another worker', async () => {
      const workers = await group.untilAllReady();
      return workers.some(({ pid }) => !before.includes(pid)) && workers;
    });
    expect(after.filter(({ pid }) => before.includes(pid))).toHaveLength(1);
    // The one that was recycled before it ended with 0.
    const codes = after.flatMap(({ lastExit }) => lastExit?.code ?? []);
    expect(codes.filter((code) => code !== 0)).toEqual([3]);
    const answers = await steadily({ everyMs: 50, forMs: 500 }, () => group.get('/lab/who'));
    expect(tally(answers.map(outcome))).toEqual(new Map([[200, answers.length]]));
    expect((await group.page('/readyz')).status).toBe(200);
    group.signal('SIGTERM');
    expect(await group.untilExited()).toEqual({ code: 0, signal: null });
  });
});

describe('Output that nobody reads', () => {
  it('R5 does not keep the primary from its probes while it has much to log.', async () => {
    const probes = { port: await freePort() };
    const group = await startGroup(await printing({ probes, workers: 1 }));
    group.stopReading();
    expect((await group.get('/print/much')).status).toBe(200);
    const reloads = steadily({ everyMs: 5, forMs: 5_000 }, () => {
      group.signal('SIGHUP');
      return Promise.resolve();
    });
    const answers = await steadily({ everyMs: 100, forMs: 5_000 }, () =>
      get(probes.port, '/livez', { withinMs: PROBE_MS }),
    );
    const { length } = await reloads;
    const longestMs = Math.max(...answers.map(({ closedAfterMs }) => closedAfterMs));
    report('Unread log', { signals: length, 'longest probe ms': longestMs, 'limit ms': PROBE_MS });
    expect(tally(answers.map(outcome))).toEqual(new Map([[200, answers.length]]));
    expect((await group.get('/lab/who')).status).toBe(200);
  });
});

describe('Output of an application in one process', () => {
  it('R5 leaves its requests answered, and its end in order, when nobody reads it any more', async () => {
    const single = await startSingle({
      app: 'printing.app',
      options: { drain: { idleGraceMs: 100 } },
    });
    expect((await get(single.port, '/print/something')).status).toBe(200);
    single.closeOutput();
    const answers = await steadily({ everyMs: 100, forMs: 1_000 }, () =>
      get(single.port, '/print/something'),
    );
    expect(tally(answers.map(outcome))).toEqual(new Map([[200, answers.length]]));
    single.signal('SIGTERM');
    expect(await single.untilExited()).toEqual({ code: 0, signal: null });
  });
});

/** An application that prints, whose pages are where they need not be looked for in the log. */
async function printing(options: GroupSetup['options'] = {}): Promise<GroupSetup> {
  const meta = { port: await freePort(), allow: ['recycle'] as const };
  const drain = { idleGraceMs: 100 };
  return { app: 'printing.app', options: { meta, acceptQueue: PATIENT, drain, ...options } };
}

async function pagesLive(group: TestGroup): Promise<boolean> {
  try {
    return (await group.page('/livez')).status === 200;
  } catch {
    return false;
  }
}
