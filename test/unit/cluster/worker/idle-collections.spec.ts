import { describe, expect, it } from 'vitest';

import { IdleCollections, OF_WORKERS } from '../../../../lib/cluster/worker/idle-collections.ts';

const MIB = 1 << 20;

interface Measured {
  at: number;
  mib: number;
  requests: number;
}

/** Times at which a process that was READY with 60 MiB is to collect; that leaves `leavesMib`. */
function collections(measured: readonly Measured[], leavesMib?: number): number[] {
  const policy = new IdleCollections(OF_WORKERS);
  policy.countFrom({ privateBytes: 60 * MIB });
  let freedMib = 0;
  return measured.flatMap(({ at, mib, requests }) => {
    const privateBytes = (mib - freedMib) * MIB;
    if (!policy.look({ privateBytes, requests }, at * 1_000)) return [];
    if (leavesMib !== undefined) {
      freedMib = mib - leavesMib;
      policy.countFrom({ privateBytes: leavesMib * MIB });
    }
    return [at];
  });
}

/** A measurement every 5 s, with as much memory and as many requests by then as told. */
function every5s(
  seconds: number,
  of: (at: number) => { mib: number; requests: number },
): Measured[] {
  return Array.from({ length: seconds / 5 + 1 }, (_, index) => ({
    at: index * 5,
    ...of(index * 5),
  }));
}

/** Busy for a minute, up to `mib`, and idle after it. */
function busyThenIdle(mib: number): Measured[] {
  return every5s(300, (at) => ({
    mib: Math.min(mib, 60 + at),
    requests: 100 * Math.min(at, 60),
  }));
}

describe('IdleCollections', () => {
  it('collects once, after a minute without requests', () => {
    expect(collections(busyThenIdle(100), 62)).toEqual([125]);
  });

  it('collects in a process that only probes ask', () => {
    const probed = busyThenIdle(100).map(({ at, mib, requests }) => {
      return { at, mib, requests: requests + at / 2 };
    });
    expect(collections(probed, 62)).toEqual([125]);
  });

  it('leaves a process alone that gets requests, also with pauses', () => {
    const steady = every5s(300, (at) => ({ mib: 60 + at, requests: 100 * at }));
    const paused = every5s(300, (at) => ({ mib: 60 + at, requests: 100 * Math.floor(at / 50) }));
    expect([collections(steady), collections(paused)]).toEqual([[], []]);
  });

  it('leaves a little growth alone', () => {
    expect(collections(busyThenIdle(83))).toEqual([]);
  });

  it('leaves a start alone', () => {
    const policy = new IdleCollections(OF_WORKERS);
    const asked = [0, 100_000, 200_000].map((at) =>
      policy.look({ privateBytes: 140 * MIB, requests: 0 }, at),
    );
    expect(asked).not.toContain(true);
  });

  it('does not repeat what freed nothing, or found no moment, until as much has come again', () => {
    const growing = every5s(200, (at) => ({ mib: 90 + at / 5, requests: 0 }));
    expect(collections(growing)).toEqual([60, 180]);
  });
});
