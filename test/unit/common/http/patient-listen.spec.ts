import { setImmediate } from 'node:timers/promises';

import { beforeEach, describe, expect, it } from 'vitest';

import type { Leaving } from '../../../../lib/common/http/leaving.ts';
import {
  listenPatiently,
  openedOrAwaited,
  STRANGER_MS,
} from '../../../../lib/common/http/patient-listen.ts';

const PREDECESSOR: Leaving = { pid: 7, holds: [3000], endsAt: 20_000 };

const inUse = (): Promise<never> => {
  return Promise.reject(Object.assign(new Error('in use'), { code: 'EADDRINUSE' }));
};

const nobody = (): undefined => undefined;

describe('Listening on an address that is in use', () => {
  let now = 0;
  let tries = 0;

  /** A time that passes while somebody sleeps. */
  const time = {
    address: 3000,
    clock: { now: () => now },
    sleep: (ms: number) => Promise.resolve((now += ms)),
  };

  beforeEach(() => {
    now = 0;
    tries = 0;
  });

  /** Says after a second that it leaves. */
  const lateWord = (): Leaving | undefined => (now < 1_000 ? undefined : PREDECESSOR);

  /** Is free from a time on. */
  function freeAt(at: number): () => Promise<string> {
    return () => {
      tries++;
      return now >= at ? Promise.resolve('open') : inUse();
    };
  }

  it('R27 gives up soon where nobody says that it will be free', async () => {
    const seen: unknown[] = [];
    const onInUse = (holder: unknown): number => seen.push(holder);
    const opening = listenPatiently(freeAt(Infinity), { ...time, find: nobody, onInUse });
    await expect(opening).rejects.toThrow('in use');
    expect(seen).toEqual([undefined]);
    expect(now).toBe(STRANGER_MS);
  });

  it('R27 waits for a predecessor as long as that may take, also where it says so late', async () => {
    const seen: unknown[] = [];
    const onInUse = (holder?: Leaving): number => seen.push(holder?.pid);
    const opening = listenPatiently(freeAt(19_000), { ...time, find: lateWord, onInUse });
    expect(await opening).toBe('open');
    expect(seen).toEqual([undefined, 7]);
  });

  it('R27 gives up when a predecessor has had its time', async () => {
    const opening = listenPatiently(freeAt(Infinity), { ...time, find: () => PREDECESSOR });
    await expect(opening).rejects.toThrow('in use');
    expect(now).toBeGreaterThanOrEqual(PREDECESSOR.endsAt);
    expect(now).toBeLessThan(PREDECESSOR.endsAt + 2_000);
  });

  it('R27 fails at once for another reason, or when it is not wanted any more', async () => {
    const refused = listenPatiently(() => Promise.reject(new Error('EACCES')), time);
    await expect(refused).rejects.toThrow('EACCES');
    const unwanted = listenPatiently(freeAt(1), { ...time, isWanted: () => false });
    await expect(unwanted).rejects.toThrow('in use');
    expect([now, tries]).toEqual([0, 1]);
  });

  it('R27 holds up the rest only while no process is known that will free it', async () => {
    const failures: unknown[] = [];
    await openedOrAwaited(
      async (onInUse) => {
        onInUse(PREDECESSOR);
        await setImmediate();
        await inUse();
      },
      (error) => failures.push(error),
    );
    expect(failures).toEqual([]);
    await setImmediate();
    await setImmediate();
    expect(failures).toHaveLength(1);
    await expect(openedOrAwaited(inUse, () => undefined)).rejects.toThrow('in use');
  });
});
