import { describe, expect, it } from 'vitest';

import { ResolutionCache } from '../../../../lib/connections/addresses/resolution-cache.ts';
import type { Found } from '../../../../lib/connections/name-resolver.ts';
import { FakeTime, settle } from '../fake-time.ts';

const OPTIONS = {
  minTtlMs: 1_000,
  maxTtlMs: 60_000,
  defaultTtlMs: 10_000,
  staleMs: 100_000,
  maxNames: 3,
};

/** A cache whose questions the test answers. */
class World {
  readonly time = new FakeTime();
  readonly asked: string[] = [];
  #open: PromiseWithResolvers<Found<string>>[] = [];
  readonly cache = new ResolutionCache<string>(OPTIONS, this.time, (name) => {
    this.asked.push(name);
    const question = Promise.withResolvers<Found<string>>();
    this.#open.push(question);
    return question.promise;
  });

  async answer(records: readonly string[], ttlMs?: number): Promise<void> {
    for (const { resolve } of this.#open.splice(0)) resolve({ records, ttlMs });
    await settle();
  }

  async fail(error: Error): Promise<void> {
    for (const { reject } of this.#open.splice(0)) reject(error);
    await settle();
  }
}

describe('ResolutionCache', () => {
  it('asks once for all that want the same', async () => {
    const world = new World();
    const all = Promise.all([1, 2, 3].map(() => world.cache.resolve('db')));
    await world.answer(['10.0.0.1']);
    expect(await all).toEqual([['10.0.0.1'], ['10.0.0.1'], ['10.0.0.1']]);
    expect(world.asked).toEqual(['db']);
  });

  it.each([
    { said: 1, isFreshAt: 999, isOverAt: 1_000, why: 'at least a second' },
    { said: 5_000, isFreshAt: 4_999, isOverAt: 5_000, why: 'as long as the answer says' },
    { said: 86_400_000, isFreshAt: 59_999, isOverAt: 60_000, why: 'at most a minute' },
    { said: undefined, isFreshAt: 9_999, isOverAt: 10_000, why: 'the default where none is said' },
  ])('believes an answer for $why', async ({ said, isFreshAt, isOverAt }) => {
    const world = new World();
    const first = world.cache.resolve('db');
    await world.answer(['10.0.0.1'], said);
    await first;
    await world.time.pass(isFreshAt);
    expect(world.cache.fresh('db')).toEqual(['10.0.0.1']);
    await world.time.pass(isOverAt - isFreshAt);
    expect(world.cache.fresh('db')).toBeUndefined();
  });

  it('gives the same list while nothing was asked, so that nothing looks changed', async () => {
    const world = new World();
    const first = world.cache.resolve('db');
    await world.answer(['10.0.0.1']);
    expect(await world.cache.resolve('db')).toBe(await first);
  });

  it('goes on with the old answer when there is no new one, and asks again soon', async () => {
    const world = new World();
    const first = world.cache.resolve('db');
    await world.answer(['10.0.0.1']);
    await first;
    await world.time.pass(20_000);
    const second = world.cache.resolve('db');
    await world.fail(new Error('no server'));
    expect(await second).toEqual(['10.0.0.1']);
    expect(world.cache.counts).toEqual({ asked: 2, failed: 1 });
    await world.time.pass(1_000);
    const third = world.cache.resolve('db');
    await world.answer(['10.0.0.2']);
    expect(await third).toEqual(['10.0.0.2']);
  });

  it('does not go on with it for ever', async () => {
    const world = new World();
    const first = world.cache.resolve('db');
    await world.answer(['10.0.0.1']);
    await first;
    await world.time.pass(200_000);
    const late = world.cache.resolve('db');
    late.catch(() => undefined);
    await world.fail(new Error('no server'));
    await expect(late).rejects.toThrow('no server');
  });

  it('takes an answer without records for none', async () => {
    const world = new World();
    const asked = world.cache.resolve('db');
    asked.catch(() => undefined);
    await world.answer([]);
    await expect(asked).rejects.toThrow('No records for db');
  });

  it('does not ask again at once after a failure', async () => {
    const world = new World();
    const first = world.cache.resolve('db');
    first.catch(() => undefined);
    await world.fail(new Error('no server'));
    await expect(world.cache.resolve('db')).rejects.toThrow('no server');
    expect(world.asked).toHaveLength(1);
  });

  it('keeps no more names than it may', async () => {
    const world = new World();
    for (const name of ['a', 'b', 'c', 'd']) {
      const asked = world.cache.resolve(name);
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      await world.answer([name]);
      // oxlint-disable-next-line no-await-in-loop -- likewise
      await asked;
    }
    expect(world.cache.fresh('a')).toBeUndefined();
    expect(world.cache.fresh('d')).toEqual(['d']);
  });
});
