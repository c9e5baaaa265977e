import { describe, expect, it } from 'vitest';

import { reload, upgrade } from '../../support/deploys.ts';
import { IS_LONG } from '../../support/length.ts';
import { report } from '../../support/load.ts';
import { PATIENT, startGroup, type TestGroup } from '../../support/test-group.ts';
import { until } from '../../support/until.ts';
import { type Client, Http1Client, Http2Client } from './clients.ts';
import {
  type Backend,
  explainSkip,
  isThere,
  type Proxy,
  type ProxyName,
  startProxy,
} from './proxy.ts';
import { type Failure, SteadyLoad } from './steady-load.ts';

explainSkip();

/** Requests per second. */
const RATE = IS_LONG ? 300 : 100;

/** Reloads, and upgrades. */
const ROUNDS = IS_LONG ? 3 : 1;

/** Requests of one outcome whose lines in the proxy's log are shown. */
const SHOWN = 5;

/**
 * What HAProxy makes of a request that GOAWAY refused: over TLS Node can send no notice before it.
 * Its client may send the request again.
 */
const REFUSED: ReadonlySet<Failure['outcome']> = new Set([
  'RST_STREAM, code 7',
  'ECONNRESET, kept connection',
]);

/** Most of them, of all requests. */
const MOST_REFUSED = 0.001;

type Side = 'HTTP/1' | 'HTTP/2';

/** Clients of both kinds at once, or each alone at the whole rate. */
const SIDES: Side[][] = IS_LONG ? [['HTTP/1'], ['HTTP/2']] : [['HTTP/1', 'HTTP/2']];

const WAYS: [ProxyName, Backend][] = [
  ['haproxy', 'http1'],
  ['haproxy', 'h2c'],
  ['haproxy', 'h2'],
  ['nginx', 'http1'],
];

describe.each(WAYS.filter(([name]) => isThere(name)))('Behind %s by %s', (name, backend) => {
  it.each(SIDES.map((sides) => ({ sides, clients: sides.join(' and ') })))(
    'R44 reloads and upgrades lose no request of $clients clients',
    { timeout: 900_000 },
    async ({ sides, clients }) => {
      const group = await startBackend(backend);
      const first = await group.pids();
      const proxy = await startProxy(name, { backend, port: group.port });
      const load = new SteadyLoad({
        clients: sides.map((side) => clientOf(side, proxy)),
        rate: RATE,
        // Over TLS a GOAWAY may meet a request: HAProxy repeats it, but no POST.
        hasPosts: backend !== 'h2',
      });
      await load.untilSent(RATE);
      const pid = await deploy(group);
      const { sent, failures: all, longestMs } = await load.stop();
      const isRefused = ({ outcome }: Failure): boolean => backend === 'h2' && REFUSED.has(outcome);
      const failures = all.filter((failure) => !isRefused(failure));
      const refused = all.length - failures.length;
      report('R44', {
        way: `${clients} to ${name}, ${backend} to the group`,
        'per second': RATE,
        reloads: ROUNDS,
        upgrades: ROUNDS,
        sent,
        failed: failures.length,
        'limit of failed': 0,
        refused,
        'longest ms': longestMs,
      });
      expect(explained(failures, proxy)).toEqual([]);
      expect(refused).toBeLessThanOrEqual(sent * MOST_REFUSED);
      expect(pid).not.toBe(group.pid);
      const last = await until('the pages of the new group', async () => {
        const pids = await group.pids();
        return pids.length === 2 && pids;
      });
      expect(last.filter((one) => first.includes(one))).toEqual([]);
    },
  );
});

function startBackend(backend: Backend): Promise<TestGroup> {
  return startGroup({
    app: 'proxied.app',
    options: {
      // While the machine stands still, HAProxy opens a connection for each request.
      acceptQueue: { ...PATIENT, maxQueue: 1_024 },
      reload: { canaryMs: 1_000 },
    },
    env: { BACKEND: backend },
  });
}

function clientOf(side: Side, { port, securePort }: Proxy): Client {
  return side === 'HTTP/1' ? new Http1Client(port) : new Http2Client(securePort);
}

/** @returns the id of the last primary */
async function deploy(group: TestGroup): Promise<number> {
  let pid = group.pid;
  for (let round = 0; round < ROUNDS; round++) {
    // oxlint-disable-next-line no-await-in-loop -- one after another
    await reload(group);
  }
  for (let round = 0; round < ROUNDS; round++) {
    // oxlint-disable-next-line no-await-in-loop -- one after another
    pid = await upgrade(group, pid);
  }
  return pid;
}

/** How often each outcome came, with what the proxy logged of some of them. */
function explained(failures: readonly Failure[], proxy: Proxy): string[] {
  const lines = failures.length === 0 ? [] : proxy.lines();
  return Object.entries(Object.groupBy(failures, ({ outcome }) => outcome)).map(
    ([outcome, all = []]) => {
      const shown = all.slice(0, SHOWN).map(({ id }) => {
        const own = lines.filter((line) => new RegExp(`[?&]n=${id}\\b`).test(line));
        return `request ${id}: ${own.join('\n') || 'not logged'}`;
      });
      return `${all.length} times ${outcome}\n${shown.join('\n')}`;
    },
  );
}
