import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { IS_LONG } from '../../support/length.ts';
import { report } from '../../support/load.ts';
import { USED_TRANSPORT } from '../../support/test-group.ts';
import { askRoute, askSurface, SURFACES } from './ask.ts';
import { untilAtRest } from './at-rest.ts';
import { type FeatureName, NAMES } from './expected.ts';
import { failuresOf } from './failures-of.ts';
import { type Environment, openPairApp, type PairApp, ROUTES } from './pair-app.ts';
import { FACES } from './pair-client.ts';
import { type PairServers, startPairServers } from './pair-servers.ts';
import { type Asked, expectLogs } from './traces-left.ts';

const HOSTS =
  USED_TRANSPORT === 'fd' ? (['fd', 'ipc', 'single'] as const) : (['ipc', 'single'] as const);

/** The short form: over HTTP/2 in a group, where callers are counted, and on a path by itself. */
const SHORT: readonly Environment[] = [
  { face: 'http2', by: USED_TRANSPORT, hasQuota: true },
  { face: 'path', by: 'single' },
];

const ENVIRONMENTS: readonly Environment[] = IS_LONG
  ? FACES.flatMap((face) => HOSTS.map((by) => ({ face, by, hasQuota: by === 'ipc' })))
  : SHORT;

/** What is tried by each way in the short form. */
const FEW: readonly FeatureName[] = ['context', 'cpu', 'service', 'undici'];

let servers: PairServers;

beforeAll(async () => {
  servers = await startPairServers();
});

afterAll(() => servers.close());

describe.each(ENVIRONMENTS)('Features over $face by $by', (environment) => {
  let app: PairApp;
  const asked: Asked[] = [];
  const { face, by } = environment;
  const names = IS_LONG ? NAMES : FEW;

  beforeAll(async () => {
    app = await openPairApp({ ...environment, servers, workers: 1 });
  }, 120_000);

  afterAll(() => app.close());

  it('R43: work in each kind of route', { timeout: 300_000 }, async () => {
    const tries = ROUTES.flatMap((route) => names.map((name) => ({ route, name })));
    const failures = await failuresOf(tries, async ({ route, name }) => {
      // What a thread needs is there in any environment, too.
      const answered = await askRoute(app, route, [name, 'cpu', 'app']);
      if (answered !== undefined) asked.push(answered);
    });
    expect(failures).toEqual([]);
    report('pairs', { face, by, routes: tries.length });
    await untilAtRest(app);
    await expectLogs(app, asked);
    expect(asked.length).toBeGreaterThan(0);
  });

  it('R43: work where no route leads to them', { timeout: 300_000 }, async () => {
    const tries = SURFACES.flatMap((surface) => names.map((name) => ({ surface, name })));
    const failures = await failuresOf(tries, ({ surface, name }) =>
      askSurface(app, surface, [name, 'app']),
    );
    expect(failures).toEqual([]);
    report('pairs', { face, by, others: tries.length });
    await untilAtRest(app);
  });
});
