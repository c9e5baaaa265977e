import { Context } from 'nestjs-buttress';
import { serviceDispatcher } from 'nestjs-buttress/clients/undici';
import { type Dispatcher, fetch, request } from 'undici';
import { describe, expect, it, onTestFinished } from 'vitest';

import { answerable } from '../../lib/common/http/problem-answers.filter.ts';
import type { ServiceOptions } from '../../lib/connections/settings/service.options.ts';
import { CERTIFICATE } from '../fixtures/self-signed.ts';
import { httpPeer } from '../support/http-servers.ts';
import { connectionsTo } from './support/connections.ts';

const TRACEPARENT = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;

function dispatcherTo(services: Record<string, ServiceOptions>): Dispatcher {
  const dispatcher = serviceDispatcher(connectionsTo(services), { connections: 1 });
  onTestFinished(() => dispatcher.destroy());
  return dispatcher;
}

/** Node 22 may take a reset that comes with data for an end. */
const RESET = process.version.startsWith('v22.')
  ? (expect.stringMatching(/^ERR_BUTTRESS_CONNECTION_(?:RESET|ENDED)$/) as string)
  : 'ERR_BUTTRESS_CONNECTION_RESET';

describe('undici', () => {
  it('requests by name, and keeps connections', async () => {
    const peer = await httpPeer();
    const dispatcher = dispatcherTo({ rates: { tiers: [[peer.address]] } });
    for (let n = 0; n < 5; n++) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other, over one connection
      const { body } = await request(`http://rates/eur?n=${n}`, { dispatcher });
      // oxlint-disable-next-line no-await-in-loop -- likewise
      expect(await body.text()).toBe('peer');
    }
    expect(await (await fetch('http://rates/usd', { dispatcher })).text()).toBe('peer');
    expect(peer.requests.map(({ url, headers }) => [url, headers.host]).slice(-2)).toEqual([
      ['/eur?n=4', 'rates'],
      ['/usd', 'rates'],
    ]);
    expect(peer.connections).toBe(1);
  });

  it('serves the fetch that Node has built in', async () => {
    const peer = await httpPeer();
    const dispatcher = dispatcherTo({ rates: { tiers: [[peer.address]] } });
    const init = { dispatcher } as unknown as RequestInit;
    expect(await (await globalThis.fetch('http://rates/', init)).text()).toBe('peer');
  });

  it('uses the second tier when the first one is down', async () => {
    const [first, second] = [await httpPeer({ name: 'one' }), await httpPeer({ name: 'two' })];
    const dispatcher = dispatcherTo({ rates: { tiers: [[first.address], [second.address]] } });
    const ask = async (): Promise<string> =>
      (await request('http://rates/', { dispatcher, idempotent: true })).body.text();
    expect(await ask()).toBe('one');
    await first.close();
    // The connection that is lost may cost the one request that is under way on it.
    expect(await ask().catch(ask)).toBe('two');
  });

  it('fails with what the manager says', async () => {
    const dispatcher = dispatcherTo({ rates: { tiers: [['127.0.0.1:1']] } });
    await expect(request('http://rates/', { dispatcher })).rejects.toMatchObject({
      code: 'ERR_BUTTRESS_CONNECTION_REFUSED',
    });
    await expect(request('http://nowhere/', { dispatcher })).rejects.toMatchObject({
      code: 'ERR_BUTTRESS_CONNECTION_UNKNOWN_SERVICE',
    });
  });

  it('has TLS of the service, or does it for an https: URL', async () => {
    const peer = await httpPeer({ isSecure: true });
    const tiers = [[peer.address]];
    const dispatcher = dispatcherTo({
      secure: { tiers, tls: { ca: CERTIFICATE } },
      distrusted: { tiers },
    });
    for (const url of ['http://secure/', 'https://secure/']) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      expect(await (await request(url, { dispatcher })).body.text()).toBe('peer');
    }
    await expect(request('https://distrusted/', { dispatcher })).rejects.toMatchObject({
      code: 'ERR_BUTTRESS_CONNECTION_TLS',
      reason: 'DEPTH_ZERO_SELF_SIGNED_CERT',
    });
  });

  it('tells a request of its trace and its time only where that is allowed', async () => {
    const peer = await httpPeer();
    const tiers = [[peer.address]];
    const dispatcher = dispatcherTo({
      told: { tiers, propagate: { trace: true, remainingTime: true } },
      untold: { tiers },
    });
    await Context.run(
      { traceparent: TRACEPARENT, tracestate: 'v=1', deadlineMs: 5_000 },
      async () => {
        for (const url of ['http://told/', 'http://untold/']) {
          // oxlint-disable-next-line no-await-in-loop -- one after the other
          await (await request(url, { dispatcher, headers: { 'x-own': '1' } })).body.dump();
        }
        await (await fetch('http://told/', { dispatcher, headers: { tracestate: 'mine' } })).text();
      },
    );
    await (await request('http://told/', { dispatcher })).body.dump();
    const [told, untold, fetched, outside] = peer.requests.map(({ headers }) => headers);
    expect(told).toMatchObject({ 'x-own': '1', tracestate: 'v=1' });
    expect(told?.['traceparent']).toMatch(new RegExp(`^00-${'a'.repeat(32)}-[\\da-f]{16}-01$`));
    expect(Number(told?.['x-request-timeout-ms'])).toBeLessThanOrEqual(5_000);
    expect(untold).toMatchObject({ 'x-own': '1' });
    expect(fetched).toMatchObject({ tracestate: 'mine', traceparent: expect.any(String) });
    for (const headers of [untold, outside]) {
      expect(headers).not.toHaveProperty('traceparent');
      expect(headers).not.toHaveProperty('x-request-timeout-ms');
    }
  });

  it('is a step of the request’s timeline, from its start to the end of its answer', async () => {
    const peer = await httpPeer();
    const dispatcher = dispatcherTo({
      rates: { tiers: [[peer.address]] },
      gone: { tiers: [['127.0.0.1:1']] },
    });
    await Context.run({}, async ({ timings }) => {
      const asked = request('http://rates/', { dispatcher });
      expect(timings.running.map(({ name }) => name)).toContain('rates.call');
      await (await asked).body.text();
      expect(timings.running).toEqual([]);
      await (await fetch('http://rates/', { dispatcher })).text();
      await expect(request('http://gone/', { dispatcher })).rejects.toThrow('127.0.0.1:1');
      expect(timings.running).toEqual([]);
      const counts = timings.snapshot();
      expect([counts['rates.call']?.count, counts['gone.call']?.count]).toEqual([2, 1]);
    });
  });

  it('passes on every event to a handler of the newer form', async () => {
    const peer = await httpPeer();
    const dispatcher = dispatcherTo({ rates: { tiers: [[peer.address]] } });
    const told: string[] = [];
    await Context.run({}, async ({ timings }) => {
      await new Promise<void>((resolve, reject) => {
        dispatcher.dispatch(
          { origin: 'http://rates', path: '/', method: 'GET' },
          {
            onRequestStart: () => told.push('start'),
            onResponseStart: (_, status) => told.push(`response ${status}`),
            onResponseData: (_, chunk) => told.push(chunk.toString()),
            onResponseEnd: () => resolve(),
            onResponseError: (_, error) => reject(error),
          },
        );
      });
      expect(timings.snapshot()['rates.call']?.count).toBe(1);
    });
    expect(told).toEqual(['start', 'response 200', 'peer']);
  });

  it('refuses what is no handler as undici does, and leaves no step behind', async () => {
    const dispatcher = dispatcherTo({ rates: { tiers: [['127.0.0.1:1']] } });
    await Context.run({}, async ({ timings }) => {
      const options = { origin: 'http://rates', path: '/', method: 'GET' } as const;
      expect(() => dispatcher.dispatch(options, {})).toThrow('invalid onConnect method');
      expect(timings.running).toEqual([]);
    });
  });

  it.each([
    ['silence', 504, 'ERR_BUTTRESS_CONNECTION_READ_TIMEOUT'],
    ['end', 502, 'ERR_BUTTRESS_CONNECTION_ENDED'],
    ['reset', 502, RESET],
  ] as const)(
    'R43: %s in the middle of an answer gets a caller %i, by request and by fetch',
    async (inTheMiddle, statusCode, code) => {
      const peer = await httpPeer({ inTheMiddle });
      const tiers = [[peer.address]];
      const dispatcher = dispatcherTo({ rates: { tiers, timeouts: { readMs: 200 } } });
      const calls = {
        request: async () => (await request('http://rates/', { dispatcher })).body.text(),
        fetch: async () => (await fetch('http://rates/', { dispatcher })).text(),
      };
      for (const call of Object.values(calls)) {
        // oxlint-disable-next-line no-await-in-loop -- one after the other
        const error = await call().catch((failure: unknown) => failure);
        expect(answerable(error)).toMatchObject({ statusCode, code });
      }
    },
  );

  it('R43: leaves the code of a broken connection to interceptors that try again', async () => {
    const peer = await httpPeer({ inTheMiddle: 'end' });
    const dispatcher = dispatcherTo({ rates: { tiers: [[peer.address]] } });
    const { body } = await request('http://rates/', { dispatcher });
    await expect(body.text()).rejects.toMatchObject({ code: 'UND_ERR_SOCKET' });
  });

  it('waits no longer for an answer than the request has time, or the service says', async () => {
    const peer = await httpPeer({ isSilent: true });
    const tiers = [[peer.address]];
    const dispatcher = dispatcherTo({
      patient: { tiers },
      impatient: { tiers, timeouts: { readMs: 200 } },
    });
    const startedAt = performance.now();
    const late = {
      code: 'ERR_BUTTRESS_CONNECTION_READ_TIMEOUT',
      statusCode: 504,
      cause: { code: 'UND_ERR_HEADERS_TIMEOUT' },
    };
    await Context.run({ deadlineMs: 300 }, async () => {
      await expect(request('http://patient/', { dispatcher })).rejects.toMatchObject(late);
      await expect(request('http://patient/', { dispatcher })).rejects.toMatchObject({
        reason: 'deadline',
      });
    });
    await expect(request('http://impatient/', { dispatcher })).rejects.toMatchObject(late);
    expect(performance.now() - startedAt).toBeLessThan(5_000);
  });
});
