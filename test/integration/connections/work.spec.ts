import { describe, expect, it } from 'vitest';

import { Context } from '../../../lib/context/context.ts';
import { startConnections } from '../../support/connections-lab.ts';
import { echo, listenOnLoopback } from '../../support/loopback.ts';
import { until } from '../../support/until.ts';

const forever = (): Promise<never> => new Promise(() => undefined);
const failing = (): Promise<never> => Promise.reject(new Error('no'));

describe('work', () => {
  it('is tried again when it may be, on another connection', async () => {
    const { address, sockets } = await listenOnLoopback(echo);
    const { manager } = startConnections({ services: { x: { tiers: address } } });
    let tries = 0;
    const work = async (): Promise<string> => {
      tries++;
      if (tries === 1) throw new Error('first');
      return 'second';
    };
    expect(await manager.run('x', work, { idempotent: true })).toBe('second');
    expect(sockets).toHaveLength(2);
    tries = 0;
    await expect(manager.run('x', work)).rejects.toThrow('first');
  });

  it('is a step of the request’s timeline, behind the one of its connection', async () => {
    const { address } = await listenOnLoopback(echo);
    const { manager } = startConnections({ services: { x: { tiers: address } } });
    await Context.run({}, async ({ timings }) => {
      await manager.run('x', async () => {
        expect(timings.running.map(({ name }) => name)).toEqual(['x.call']);
      });
      await expect(manager.run('x', failing)).rejects.toThrow('no');
      expect(timings.running).toEqual([]);
      expect(timings.snapshot()).toMatchObject({
        'x.connect': { count: 1 },
        'x.call': { count: 2 },
      });
    });
  });

  it('is not tried again without a budget', async () => {
    const { address } = await listenOnLoopback(echo);
    const retry = { budgetFraction: 0, budgetPerSecond: 0 };
    const { manager, service } = startConnections({ services: { x: { tiers: address, retry } } });
    await expect(manager.run('x', failing, { idempotent: true })).rejects.toThrow('no');
    expect(service('x').retries.refused).toBe(1);
    expect(service('x').leases.leased).toBe(1);
  });

  it('is hedged: the second try starts beside a slow first one and may win', async () => {
    const { address } = await listenOnLoopback(echo);
    const { manager, service } = startConnections({ services: { x: { tiers: address } } });
    let tries = 0;
    const stopped: number[] = [];
    const result = await manager.run(
      'x',
      (_, signal) => {
        const own = ++tries;
        signal.addEventListener('abort', () => stopped.push(own));
        return own === 1 ? new Promise<number>(() => undefined) : Promise.resolve(own);
      },
      { idempotent: true, hedgeAfterMs: 20 },
    );
    expect(result).toBe(2);
    expect(stopped).toContain(1);
    expect(service('x').leases).toMatchObject({ leased: 2, destroyed: 1, released: 1 });
  });

  it('ends with its request', async () => {
    const { address } = await listenOnLoopback(echo);
    const { manager, service } = startConnections({ services: { x: { tiers: address } } });
    await expect(
      Context.run({ deadlineMs: 50 }, () => manager.run('x', forever, { idempotent: true })),
    ).rejects.toMatchObject({ code: 'ERR_BUTTRESS_CONNECTION_DEADLINE' });
    await until('the lease is back', () => service('x').leases.held === 0);
  });
});
