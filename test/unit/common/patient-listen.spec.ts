import { beforeEach, describe, expect, it, vi } from 'vitest';

import type { Leaving } from '../../../lib/common/leaving.ts';
import {
  listenPatiently,
  openedOrAwaited,
  STRANGER_MS,
} from '../../../lib/common/patient-listen.ts';

const PREDECESSOR: Leaving = { pid: 7, holds: [3000], endsAt: 20_000 };

const inUse = (): Promise<never> => {
  return Promise.reject(Object.assign(new Error('in use'), { code: 'EADDRINUSE' }));
};

describe('Listening on an address that is in use', () => {
  let now = 0;
  let tries = 0;
  const clock = { now: () => now };

  beforeEach(() => {
    now = 0;
    tries = 0;
    vi.useFakeTimers();
    return () => vi.useRealTimers();
  });

  /** Is free from a time on. */
  function freeAt(time: number): () => Promise<string> {
    return () => {
      tries++;
      return now >= time ? Promise.resolve('open') : inUse();
    };
  }

  async function pass(ms: number): Promise<void> {
    for (const end = now + ms; now < end;) {
      now += 50;
      // oxlint-disable-next-line no-await-in-loop -- time passes in steps
      await vi.advanceTimersByTimeAsync(50);
    }
  }

  it('R27 gives up soon where nobody says that it will be free', async () => {
    const seen: unknown[] = [];
    const opening = listenPatiently(freeAt(Infinity), {
      address: 3000,
      clock,
      find: () => undefined,
      onInUse: (holder) => seen.push(holder),
    });
    const failed = expect(opening).rejects.toThrow('in use');
    await pass(STRANGER_MS + 100);
    await failed;
    expect(seen).toEqual([undefined]);
    expect(tries).toBe(STRANGER_MS / 50 + 1);
  });

  it('R27 waits for a predecessor as long as that may take, also where it says so late', async () => {
    const seen: unknown[] = [];
    const opening = listenPatiently(freeAt(19_000), {
      address: 3000,
      clock,
      find: () => (now < 1_000 ? undefined : PREDECESSOR),
      onInUse: (holder) => seen.push(holder?.pid),
    });
    await pass(19_100);
    expect(await opening).toBe('open');
    expect(seen).toEqual([undefined, 7]);
  });

  it('R27 gives up when a predecessor has had its time', async () => {
    const opening = listenPatiently(freeAt(Infinity), {
      address: 3000,
      clock,
      find: () => PREDECESSOR,
    });
    const failed = expect(opening).rejects.toThrow('in use');
    await pass(22_000);
    await failed;
    expect(tries).toBeLessThan(22_000 / 50);
  });

  it('R27 fails at once for another reason, or when it is not wanted any more', async () => {
    const refused = listenPatiently(() => Promise.reject(new Error('EACCES')), {
      address: 80,
      clock,
    });
    await expect(refused).rejects.toThrow('EACCES');
    const unwanted = listenPatiently(inUse, { address: 80, clock, isWanted: () => false });
    await expect(unwanted).rejects.toThrow('in use');
  });

  it('R27 holds up the rest only while nobody is known who will free it', async () => {
    const failures: unknown[] = [];
    await openedOrAwaited(
      (onInUse) => {
        onInUse(PREDECESSOR);
        return inUse();
      },
      (error) => failures.push(error),
    );
    await Promise.resolve();
    expect(failures).toHaveLength(1);
    await expect(openedOrAwaited(inUse, () => undefined)).rejects.toThrow('in use');
  });
});
