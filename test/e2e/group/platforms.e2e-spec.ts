import { once } from 'node:events';
import { type IncomingMessage, request as httpRequest } from 'node:http';

import { describe, expect, it } from 'vitest';

import { startSingle } from '../../support/single-process.ts';
import { startGroup } from '../../support/test-group.ts';
import { until } from '../../support/until.ts';

/** The status of an answer to a request that offers HTTP/2. */
async function offerHttp2(port: number): Promise<number | undefined> {
  const sent = httpRequest({
    port,
    host: '127.0.0.1',
    path: '/nowhere',
    headers: { connection: 'Upgrade, HTTP2-Settings', upgrade: 'h2c', 'http2-settings': 'AAMA' },
  });
  sent.end();
  const [answer] = (await once(sent, 'response')) as [IncomingMessage];
  answer.resume();
  return answer.statusCode;
}

describe('A Group', () => {
  it('R26 says once that a server stands outside of its queue, and how to get it in.', async () => {
    const group = await startGroup({ app: 'plain-adapter.app', options: { workers: 2 } });
    expect((await group.get('/who')).status).toBe(200);
    const told = group.log.filter(({ msg }) => msg.includes('outside the accept queue'));
    expect(told).toEqual([
      expect.objectContaining({ level: 40, address: `127.0.0.1:${group.port}` }),
    ]);
    expect(told[0]?.msg).toContain('new ClusteredFastifyAdapter()');
  });

  it('R24 serves an application on Express from its queue, and drains it.', async () => {
    const group = await startGroup({ app: 'express.app', options: { workers: 1 } });
    const first = await group.get('/who');
    expect(first.status).toBe(200);
    const { accepted, handed } = await group.queue();
    expect(accepted).toBeGreaterThan(0);
    expect(handed).toBeGreaterThan(0);
    expect(group.log.filter(({ msg }) => msg.includes('outside the accept queue'))).toEqual([]);
    const slow = group.get('/slow');
    await until('the request', async () => (await group.workers()).some((one) => one.inFlight > 0));
    group.signal('SIGTERM');
    expect((await slow).status).toBe(200);
    expect(await group.exited).toEqual({ code: 0, signal: null });
  });

  it('R38 answers offers of h2c on a server with a gateway.', async () => {
    const group = await startGroup({ app: 'gateway.app', options: { workers: 1 } });
    expect(await offerHttp2(group.port)).toBe(404);
  });
});

describe('runSingle', () => {
  it('R38 answers offers of h2c on a server with a gateway.', async () => {
    const single = await startSingle({ app: 'gateway.app' });
    expect(await offerHttp2(single.port)).toBe(404);
  });

  it('R24 drains an application on Express.', async () => {
    const single = await startSingle({ app: 'express.app' });
    const answer = await fetch(`http://127.0.0.1:${single.port}/who`);
    expect(answer.status).toBe(200);
    const slow = fetch(`http://127.0.0.1:${single.port}/slow`);
    await until('the request', () => single.output.includes('slow began'));
    single.signal('SIGTERM');
    expect((await slow).status).toBe(200);
    expect(await single.untilExited()).toEqual({ code: 0, signal: null });
  });
});
