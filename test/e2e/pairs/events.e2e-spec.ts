import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { freePort } from '../../support/free-port.ts';
import { IS_LONG } from '../../support/length.ts';
import { report } from '../../support/load.ts';
import { type TestGroup, USED_TRANSPORT } from '../../support/test-group.ts';
import { until } from '../../support/until.ts';
import { askRoute, askSurface, SURFACES } from './ask.ts';
import { untilAtRest } from './at-rest.ts';
import { type FeatureName, NAMES } from './expected.ts';
import { AT_ONCE, failuresOf } from './failures-of.ts';
import { openPairApp, type PairApp, ROUTES } from './pair-app.ts';
import { EVENTS } from './pair-events.ts';
import { type PairServers, startPairServers } from './pair-servers.ts';

const TRANSPORTS: readonly ('fd' | 'ipc')[] =
  IS_LONG && USED_TRANSPORT === 'fd' ? ['fd', 'ipc'] : [USED_TRANSPORT];

/** What a request at work in a killed process ends with. */
const LOST = /ECONNRESET|socket hang up|aborted|closed|ECONNREFUSED|not open/i;

let servers: PairServers;

beforeAll(async () => {
  servers = await startPairServers();
});

afterAll(() => servers.close());

describe.each(TRANSPORTS)('Features in a group over %s', (by) => {
  let app: PairApp;
  let group: TestGroup;

  beforeAll(async () => {
    const meta = { port: 0, allow: ['recycle'] as const };
    const options = { reload: { canaryMs: 100 }, drain: { idleGraceMs: 1_000 }, meta };
    app = await openPairApp({ face: 'http', by, servers, group: options });
    group = groupOf(app);
  }, 120_000);

  afterAll(() => app.close());

  it.each(IS_LONG ? EVENTS : EVENTS.slice(0, 1))(
    'R43: answer before, during and after $name',
    { timeout: 300_000 },
    async (event) => {
      const { name, losesRequests = false } = event;
      expect(await roundOf(app)).toEqual([]);
      const over = new AbortController();
      const end = event.happen(app, group).finally(() => over.abort());
      // It is awaited when its last round has ended.
      end.catch(() => undefined);
      const failures: string[] = [];
      let rounds = 0;
      do {
        // oxlint-disable-next-line no-await-in-loop -- one round after another
        failures.push(...(await roundOf(app)));
        rounds++;
      } while (!over.signal.aborted);
      await end;
      report('pairs', { event: name, rounds, failed: failures.length });
      expect(failures.filter((failure) => !losesRequests || !LOST.test(failure))).toEqual([]);
      expect(failures.length).toBeLessThanOrEqual(AT_ONCE);
      expect(await roundOf(app)).toEqual([]);
      await untilAtRest(app);
    },
  );
});

describe.runIf(IS_LONG)('Features in a group that ends', () => {
  it('R43: answer while it is a lame duck', { timeout: 120_000 }, async () => {
    const probes = { port: await freePort() };
    const drain = { lameDuckMs: 10_000, idleGraceMs: 200 };
    const options = { probes, drain };
    const app = await openPairApp({ face: 'http', by: USED_TRANSPORT, servers, group: options });
    const group = groupOf(app);
    const readiness = async (): Promise<number> =>
      (await fetch(`http://127.0.0.1:${probes.port}/readyz`)).status;
    try {
      await until('ready', async () => (await readiness()) === 200);
      group.signal('SIGTERM');
      await until('not ready', async () => (await readiness()) === 503);
      expect(await roundOf(app)).toEqual([]);
      expect(await group.untilExited({ withinMs: 60_000 })).toEqual({ code: 0, signal: null });
      await until('no connection to a service', () => servers.open() === 0);
    } finally {
      await app.close();
    }
  });
});

/** Asks once for each feature, and once by each way. @returns what went wrong */
function roundOf(app: PairApp): Promise<string[]> {
  const few: readonly FeatureName[] = ['cpu', 'service'];
  return failuresOf(
    [
      ...NAMES.map((name) => () => askRoute(app, 'plain', [name, 'context'])),
      ...ROUTES.map((route) => () => askRoute(app, route, few)),
      ...SURFACES.map((surface) => () => askSurface(app, surface, few)),
    ],
    (ask): Promise<unknown> => ask(),
  );
}

function groupOf({ group }: PairApp): TestGroup {
  if (group === undefined) throw new Error('it is in no group');
  return group;
}
