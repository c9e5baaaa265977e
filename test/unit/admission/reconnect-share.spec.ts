import { describe, expect, it } from 'vitest';

import { seededRandom } from '../../../bench/support/random.ts';
import { ReconnectShare } from '../../../lib/admission/reconnect-share.ts';

describe('the share of connections that end', () => {
  it('is zero while nothing is refused', () => {
    const share = new ReconnectShare(() => 0);
    expect(share.shouldEnd(0)).toBe(false);
    expect(share.isUnderPressure(0)).toBe(false);
  });

  it('lasts for a second after the last refusal', () => {
    const share = new ReconnectShare(() => 0);
    share.refused(1_000);
    expect(share.shouldEnd(1_999)).toBe(true);
    share.refused(1_500);
    expect(share.shouldEnd(2_499)).toBe(true);
    expect(share.shouldEnd(2_500)).toBe(false);
  });

  it('is one in twenty', () => {
    const share = new ReconnectShare(seededRandom(9));
    share.refused(0);
    let ended = 0;
    for (let i = 0; i < 20_000; i++) if (share.shouldEnd(i % 1_000)) ended++;
    expect(ended).toBeGreaterThan(900);
    expect(ended).toBeLessThan(1_100);
  });
});
