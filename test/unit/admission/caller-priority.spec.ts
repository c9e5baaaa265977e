import { describe, expect, it } from 'vitest';

import { CallerPriority } from '../../../lib/admission/caller-priority.ts';
import type { RawRequest } from '../../../lib/admission/hook-request.ts';

const HEADER = 'x-priority';

function rankOf(given: string | undefined, isTrusted: () => boolean): number {
  const headers = given === undefined ? {} : { [HEADER]: given };
  const request: RawRequest = { headers, method: 'GET', url: '/' };
  return new CallerPriority({ header: HEADER, isTrusted }).rankOf(request, 2);
}

function broken(): boolean {
  throw new Error('broken');
}

describe('the priority that a caller gives', () => {
  it('counts when the caller is trusted', () => {
    expect(rankOf('critical', () => true)).toBe(0);
    expect(rankOf('sheddable', () => true)).toBe(3);
    expect(rankOf('critical', () => false)).toBe(2);
  });

  it('is that of the route where the header is absent or unknown', () => {
    expect(rankOf(undefined, () => true)).toBe(2);
    expect(rankOf('urgent', () => true)).toBe(2);
  });

  it('does not count where the check of trust throws', () => {
    expect(rankOf('critical', broken)).toBe(2);
  });

  it('asks for no trust where the header is absent', () => {
    let asked = 0;
    rankOf(undefined, () => ++asked > 0);
    expect(asked).toBe(0);
  });
});
