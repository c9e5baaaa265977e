import type { MetaContent } from 'nestjs-buttress';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { CheckOutcome } from '../../../lib/common/checks/checks.ts';
import { report } from '../../support/load.ts';
import { USED_TRANSPORT } from '../../support/test-group.ts';
import { until } from '../../support/until.ts';
import { askRoute } from './ask.ts';
import { untilAtRest } from './at-rest.ts';
import { type FeatureName, NAMES } from './expected.ts';
import { failuresOf } from './failures-of.ts';
import { openPairApp, type PairApp, type Route, ROUTES } from './pair-app.ts';
import { type PairServers, startPairServers } from './pair-servers.ts';
import { type Asked, expectLogs, untilCounted } from './traces-left.ts';

/** All of them: they take seconds. */
const PAIRS = NAMES.flatMap((outer) => NAMES.map((inner) => [outer, inner] as const));

let servers: PairServers;
let app: PairApp;
const asked: Asked[] = [];

beforeAll(async () => {
  servers = await startPairServers();
  app = await openPairApp({ face: 'http', by: USED_TRANSPORT, servers });
});

afterAll(async () => {
  await app.close();
  await servers.close();
});

describe('Pairs of features in a request', () => {
  it('R43: each works within each other, or says why not', { timeout: 300_000 }, async () => {
    expect(await failuresOf(PAIRS, (pair) => ask('plain', pair))).toEqual([]);
    report('pairs', { within: PAIRS.length });
    await untilAtRest(app);
  });

  it('R43: each works in each kind of route', { timeout: 300_000 }, async () => {
    const tries = ROUTES.flatMap((route) => NAMES.map((name) => ({ route, name })));
    const failures = await failuresOf(tries, ({ route, name }) => ask(route, [name, 'context']));
    expect(failures).toEqual([]);
    report('pairs', { routes: tries.length });
    await untilAtRest(app);
  });

  it('R43: each works in a page and in checks', async () => {
    const pages = await app.read<{ answers: { value: MetaContent }[] }>('/api/v1/app/pairs');
    expect(pages.answers.map(({ value }) => value)).toEqual([
      { kind: 'facts', values: { steps: 2 } },
      { kind: 'facts', values: { steps: 2 } },
    ]);
    await until('passed checks', async () => {
      const liveness = await app.read<{ value: CheckOutcome[] }[]>('/api/v1/liveness');
      const isUp = liveness.every(({ value: [check] }) => check?.status === 'up');
      return liveness.length === 2 && isUp;
    });
    expect((await app.group?.page('/readyz'))?.status).toBe(200);
  });

  it('R43: leave in logs and statistics what each leaves alone', { timeout: 120_000 }, async () => {
    expect(asked.length).toBeGreaterThan(NAMES.length);
    await expectLogs(app, asked);
    await untilCounted(app, asked);
  });
});

async function ask(route: Route, names: readonly FeatureName[]): Promise<void> {
  const answered = await askRoute(app, route, names);
  if (answered !== undefined) asked.push(answered);
}
