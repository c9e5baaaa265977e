import { describe, expect, it } from 'vitest';

import { type TrimSigns, Trims } from '../../../../lib/cluster/worker/trims.ts';

const CALM: TrimSigns = { elu: 0.1, inFlight: 0 };

/** Times of the trims of a process with these signs by the second, each of which takes `tookMs`. */
function trims(seconds: number, tookMs: number, signsAt: (at: number) => TrimSigns): number[] {
  const policy = new Trims();
  return Array.from({ length: seconds }, (_, at) => at).filter((at) => {
    if (!policy.look(signsAt(at), at * 1_000)) return false;
    policy.took(tookMs, at * 1_000);
    return true;
  });
}

describe('Trims', () => {
  it('come every 5 s while the worker is calm', () => {
    expect(trims(30, 0.2, () => CALM)).toEqual([0, 5, 10, 15, 20, 25]);
  });

  it('take at most a thousandth of the time', () => {
    expect(trims(100, 40, () => CALM)).toEqual([0, 40, 80]);
  });

  it('wait for the end of requests, and of a busy loop', () => {
    expect(trims(20, 0.2, (at) => ({ ...CALM, inFlight: at < 7 ? 1 : 0 }))).toEqual([7, 12, 17]);
    expect(trims(20, 0.2, (at) => ({ ...CALM, elu: at < 7 ? 0.9 : 0.2 }))).toEqual([7, 12, 17]);
  });
});
