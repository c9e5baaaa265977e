import { describe, expect, it } from 'vitest';

import { ask, openSession } from '../../support/http2-client.ts';
import { steadily, tally } from '../../support/load.ts';
import { until } from '../../support/until.ts';
import { type Lab, type LabSetup, startLab } from './admission-lab.ts';
import { CountedRoutes, LIMIT, Running } from './counted-routes.ts';

/** A hundred requests a second, whether they are answered or not. */
const LOAD = { everyMs: 10, forMs: 4_000 };

/** What a caller allows, and how long the handler takes: twenty times the limit in a second. */
const ALLOWED_MS = 10;
const PATH = '/counted/limited?ms=2000';

const IN_A_HURRY = { 'x-request-timeout-ms': String(ALLOWED_MS) };

type Ask = (headers: Record<string, string>) => Promise<number | undefined>;

/** Ways to ask for what takes two seconds. */
const WAYS = [
  {
    way: 'GET',
    group: `GET /counted/limited`,
    adapter: {},
    asking: async ({ fetch }: Lab): Promise<Ask> => {
      return async (headers) => (await fetch(PATH, { headers })).status;
    },
  },
  {
    way: 'POST',
    group: `POST /counted/limited`,
    adapter: {},
    asking: async ({ fetch }: Lab): Promise<Ask> => {
      return async (headers) => {
        const all = { 'content-type': 'text/plain', ...headers };
        return (await fetch(PATH, { method: 'POST', headers: all, body: 'a body' })).status;
      };
    },
  },
  {
    way: 'GET over HTTP/2',
    group: `GET /counted/limited`,
    adapter: { http2: true },
    asking: async ({ port }: Lab): Promise<Ask> => {
      const session = await openSession(port);
      return async (headers) => (await ask(session, PATH, { headers })).status;
    },
  },
] as const;

describe.each(WAYS)('$way', ({ group, adapter, asking }) => {
  async function start(setup: LabSetup = {}): Promise<{ lab: Lab; running: Running; send: Ask }> {
    const lab = await startLab({
      controllers: [CountedRoutes],
      providers: [Running],
      adapter: adapter as NonNullable<LabSetup['adapter']>,
      admission: { queue: {} },
      ...setup,
    });
    return { lab, running: lab.app.get(Running), send: await asking(lab) };
  }

  it('R4 However little time callers allow, no more handlers run at once than the limit.', async () => {
    const { lab, running, send } = await start();
    const answers = await steadily(LOAD, () => send(IN_A_HURRY));
    expect(running.most).toBeLessThanOrEqual(LIMIT);
    expect(running.begun).toBeGreaterThanOrEqual(LIMIT);
    // Nobody waits for a handler that is late: refused or told so.
    expect([...tally(answers).keys()].filter((status) => status !== 504 && status !== 503)).toEqual(
      [],
    );
    await until('nothing in flight', () => lab.group(group)?.inFlight === 0, { withinMs: 5_000 });
    expect(running.now).toBe(0);
    expect(await send({})).toBeLessThan(300);
  });

  it('R4 However little time the application allows, no more handlers run at once than the limit.', async () => {
    const { lab, running, send } = await start({
      context: { deadline: { defaultMs: ALLOWED_MS } },
    });
    await steadily(LOAD, () => send({}));
    expect(running.most).toBeLessThanOrEqual(LIMIT);
    expect(running.begun).toBeGreaterThanOrEqual(LIMIT);
    await until('nothing in flight', () => lab.group(group)?.inFlight === 0, { withinMs: 5_000 });
    expect(running.now).toBe(0);
  });
});
