import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { ThreadsSnapshot } from '../../../lib/threads/threads-runtime.ts';
import { WAITS } from '../../fixtures/pairs/waits.ts';
import { IS_LONG } from '../../support/length.ts';
import { report } from '../../support/load.ts';
import { USED_TRANSPORT } from '../../support/test-group.ts';
import { until } from '../../support/until.ts';
import { untilAtRest } from './at-rest.ts';
import { type FeatureName, NAMES } from './expected.ts';
import { failuresOf } from './failures-of.ts';
import { openPairApp, type PairApp } from './pair-app.ts';
import { type PairServers, startPairServers } from './pair-servers.ts';

type Wait = keyof typeof WAITS;

/** A wait within a feature. */
type Try = readonly [outer: FeatureName, wait: Wait];

/** Waits that nothing ends before their time: a thread that blocks, and a call without a signal. */
const DEAF: ReadonlySet<Wait> = new Set(['waitDeaf', 'waitBlock', 'waitUndici']);

const LISTENING = (Object.keys(WAITS) as Wait[]).filter((wait) => !DEAF.has(wait));

/** `detach` lifts all limits, and what `revive` is given tells nothing of the client. */
const OUTERS = NAMES.filter((name) => name !== 'detach' && name !== 'revive');

/** The short form tries each wait within threads, connections and a context of its own. */
const FEW: readonly FeatureName[] = ['run', 'cpu', 'io', 'service', 'undici'];

let servers: PairServers;
let app: PairApp;

beforeAll(async () => {
  servers = await startPairServers();
  app = await openPairApp({ face: 'http', by: USED_TRANSPORT, servers, workers: 1 });
});

afterAll(async () => {
  await app.close();
  await servers.close();
});

describe('The end of a request', () => {
  it('R43: by its deadline ends each wait within each feature', { timeout: 300_000 }, async () => {
    const before = await threadsOf(app);
    const tries = triesOf(LISTENING);
    expect(await failuresOf(tries, outOfTime)).toEqual([]);
    report('pairs', { deadline: tries.length });
    await untilAtRest(app);
    expect(await threadsOf(app)).toEqual(before);
  });

  it('R43: by its client ends each wait within each feature', { timeout: 300_000 }, async () => {
    const before = await threadsOf(app);
    const tries = triesOf(LISTENING);
    expect(await failuresOf(tries, abandoned)).toEqual([]);
    report('pairs', { gone: tries.length });
    await untilAtRest(app);
    expect(await threadsOf(app)).toEqual(before);
  });

  it('R43: leaves nothing of what does not hear of it', { timeout: 300_000 }, async () => {
    const tries = (['context', 'io', 'lease'] as const).flatMap((outer) =>
      [...DEAF].map((wait) => [outer, wait] as const),
    );
    expect(await failuresOf(tries, outOfTime)).toEqual([]);
    await untilAtRest(app, { withinMs: 60_000 });
  });
});

function triesOf(waits: readonly Wait[]): Try[] {
  const outers = IS_LONG ? OUTERS : FEW;
  return waits.flatMap((wait) => outers.map((outer) => [outer, wait] as const));
}

/** Its time is up while it waits; where it would wait for a thread for as long, it is refused. */
async function outOfTime([outer, wait]: Try): Promise<void> {
  const id = `deadline:${outer}+${wait}`;
  const headers = { 'x-request-id': id, 'x-request-timeout-ms': '300' };
  const { status, body } = await app.ask('plain', [outer, wait], { headers });
  const { code = null } = JSON.parse(body) as { code?: string };
  if (status === 503) expect({ id, code }).toEqual({ id, code: 'ERR_BUTTRESS_THREADS_BUSY' });
  else expect({ id, status }).toEqual({ id, status: 504 });
}

async function abandoned([outer, wait]: Try): Promise<void> {
  const id = `gone:${outer}+${wait}`;
  const client = new AbortController();
  const reply = app
    .ask('plain', [outer, `${wait}@${id}`], { signal: client.signal })
    .then(({ status }) => status, String);
  await until(`the wait of ${id}`, () => app.output().includes(`waits: ${id}\n`));
  client.abort();
  expect({ id, reply: await reply }).toEqual({
    id,
    reply: 'AbortError: The operation was aborted',
  });
}

/** The threads of all pools: none of them was ended to end a call. */
async function threadsOf(from: PairApp): Promise<number[]> {
  const parts = await from.read<{ value: ThreadsSnapshot }[]>('/api/v1/threads');
  return parts.flatMap(({ value }) =>
    value.pools.flatMap(({ threads }) => threads.map(({ id }) => id)),
  );
}
