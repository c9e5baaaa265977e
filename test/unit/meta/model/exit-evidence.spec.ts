import { describe, expect, it } from 'vitest';

import { exitEvidenceOf, type LeftReports } from '../../../../lib/meta/model/exit-evidence.ts';

const ENDED_AT = 1_800_000_000_000;

type Errors = NonNullable<LeftReports['errors']>;
type Live = NonNullable<LeftReports['requests']>['live'];

function errorAt(lastAt: number, message: string, requestId?: string): Errors[number] {
  const about = { name: 'Error', code: 'X', stack: `Error: ${message}`, causes: [], count: 1 };
  const known = requestId === undefined ? {} : { requestId };
  return { ...about, message, firstAt: 0, lastAt, ...known };
}

function live(id: string): Live[number] {
  return { id, method: 'GET', route: `/${id}`, steps: [] } as unknown as Live[number];
}

describe('Evidence of an exit', () => {
  it('is the latest error shortly before it, and the request of that error.', () => {
    const errors = [errorAt(ENDED_AT - 9_000, 'old'), errorAt(ENDED_AT - 10, 'last', 'r2')];
    const requests = { live: [live('r1'), live('r2')], failed: [] };
    expect(exitEvidenceOf({ errors, requests }, ENDED_AT)).toEqual({
      error: { name: 'Error', message: 'last', stack: 'Error: last' },
      requests: [{ id: 'r2', method: 'GET', route: '/r2' }],
      pulse: null,
    });
  });

  it('is what was at work, and the last second, where no error tells more.', () => {
    const errors = [errorAt(ENDED_AT - 60_000, 'long ago')];
    const requests = { live: Array.from('abcdefg', live), failed: [] };
    const pulse = { at: 1, requests: 5, latency: [1, 2] } as unknown as LeftReports['pulse'];
    expect(exitEvidenceOf({ errors, requests, pulse }, ENDED_AT)).toMatchObject({
      error: null,
      requests: [{ id: 'a' }, { id: 'b' }, { id: 'c' }, { id: 'd' }, { id: 'e' }],
      pulse: { at: 1, requests: 5 },
    });
  });

  it('is none where nothing is known.', () => {
    expect(exitEvidenceOf({}, ENDED_AT)).toBeNull();
  });
});
