import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import {
  RaceLostError,
  stagger,
  type StaggerOptions,
} from '../../../../lib/connections/calls/stagger.ts';
import { FakeTime } from '../fake-time.ts';

/** What a candidate does: succeeds or fails after so long; `Infinity`: neither. */
interface Runner {
  name: string;
  afterMs: number;
  ok: boolean;
}

interface Seen {
  started: { name: string; at: number }[];
  stopped: string[];
  discarded: string[];
}

function race(
  time: FakeTime,
  runners: readonly Runner[],
  more: Partial<StaggerOptions<Runner, string>> = {},
): { seen: Seen; result: Promise<string> } {
  const startsAt = time.now();
  const seen: Seen = { started: [], stopped: [], discarded: [] };
  const result = stagger<Runner, string>({
    candidates: runners,
    staggerMs: 300,
    schedule: time.schedule,
    discard: (name) => seen.discarded.push(name),
    attempt: ({ name, afterMs, ok }, signal) => {
      seen.started.push({ name, at: time.now() - startsAt });
      signal.addEventListener('abort', () => seen.stopped.push(name));
      const { promise, resolve, reject } = Promise.withResolvers<string>();
      if (afterMs < Infinity) {
        time.schedule(() => (ok ? resolve(name) : reject(new Error(name))), afterMs);
      }
      return promise;
    },
    ...more,
  });
  result.catch(() => undefined);
  return { seen, result };
}

const hangs = (name: string): Runner => ({ name, afterMs: Infinity, ok: false });
const fails = (name: string, afterMs: number): Runner => ({ name, afterMs, ok: false });
const works = (name: string, afterMs: number): Runner => ({ name, afterMs, ok: true });

describe('stagger', () => {
  it('starts the next when the first has had its time, and stops the loser', async () => {
    const time = new FakeTime();
    const { seen, result } = race(time, [hangs('a'), works('b', 50), works('c', 1)]);
    await time.pass(1_000);
    expect(await result).toBe('b');
    expect(seen.started).toEqual([
      { name: 'a', at: 0 },
      { name: 'b', at: 300 },
    ]);
    expect(seen.stopped).toContain('a');
  });

  it('starts the next at once when one has failed', async () => {
    const time = new FakeTime();
    const { seen, result } = race(time, [fails('a', 10), fails('b', 10), works('c', 10)]);
    await time.pass(1_000);
    expect(await result).toBe('c');
    expect(seen.started.map(({ at }) => at)).toEqual([0, 10, 20]);
  });

  it('is a race: one that was started later may win', async () => {
    const time = new FakeTime();
    const { result, seen } = race(time, [works('a', 500), works('b', 100)]);
    await time.pass(1_000);
    expect(await result).toBe('b');
    expect(seen.stopped).toContain('a');
    // What succeeds after all is not kept.
    expect(seen.discarded).toEqual(['a']);
  });

  it('fails with the error of each, in the order of their starts', async () => {
    const time = new FakeTime();
    const { result } = race(time, [fails('a', 900), fails('b', 10)]);
    await time.pass(2_000);
    const error = await result.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(RaceLostError);
    expect((error as RaceLostError).errors.map(String)).toEqual(['Error: a', 'Error: b']);
  });

  it('starts no more than may be started', async () => {
    const time = new FakeTime();
    let left = 1;
    const mayStart = (): boolean => left-- > 0;
    const runners = [fails('a', 10), fails('b', 10), works('c', 10)];
    const { result, seen } = race(time, runners, { mayStart });
    await time.pass(1_000);
    await expect(result).rejects.toBeInstanceOf(RaceLostError);
    expect(seen.started).toHaveLength(2);
  });

  it('ends with an error that is final', async () => {
    const time = new FakeTime();
    const { result, seen } = race(time, [fails('a', 10), works('b', 10)], { isFinal: () => true });
    await time.pass(1_000);
    await expect(result).rejects.toThrow('a');
    expect(seen.started).toHaveLength(1);
  });

  it('stops all when it is aborted, and fails with the reason', async () => {
    const time = new FakeTime();
    const stop = new AbortController();
    const { result, seen } = race(time, [hangs('a'), hangs('b')], { signal: stop.signal });
    await time.pass(400);
    stop.abort(new Error('gone'));
    await expect(result).rejects.toThrow('gone');
    expect(seen.stopped.toSorted()).toEqual(['a', 'b']);
    expect(time.timers).toBe(0);
  });

  it('does not begin when it is aborted already', async () => {
    const time = new FakeTime();
    const { result, seen } = race(time, [works('a', 1)], { signal: AbortSignal.abort('no') });
    await expect(result).rejects.toBe('no');
    expect(seen.started).toEqual([]);
  });

  it('gives the first success, whatever the others do, and leaves nothing behind', async () => {
    const runner = fc.record({
      afterMs: fc.integer({ min: 0, max: 1_000 }),
      ok: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(runner, { minLength: 1, maxLength: 6 }), async (parts) => {
        const time = new FakeTime();
        const runners = parts.map((part, index) => ({ ...part, name: String(index) }));
        const { result, seen } = race(time, runners);
        await time.pass(20_000);
        const outcome = await result.catch((error: unknown) => error as Error);
        if (runners.every(({ ok }) => !ok)) expect(outcome).toBeInstanceOf(RaceLostError);
        else {
          const startOf = (name: string): number =>
            seen.started.find((one) => one.name === name)?.at ?? Infinity;
          const winner = runners.find(({ name }) => name === outcome);
          expect(winner?.ok).toBe(true);
          const wonAt = startOf(winner?.name ?? '') + (winner?.afterMs ?? 0);
          for (const { name, ok, afterMs } of runners) {
            if (ok) expect(startOf(name) + afterMs).toBeGreaterThanOrEqual(wonAt);
          }
        }
        // No two starts without a reason: the stagger, or a failure before.
        for (const [index, { at }] of seen.started.entries()) {
          expect(at).toBeLessThanOrEqual(index * 300);
        }
        expect(time.timers).toBe(0);
      }),
      { numRuns: 60 },
    );
  });
});
