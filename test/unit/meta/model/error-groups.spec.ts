import { describe, expect, it } from 'vitest';

import { mergeErrors } from '../../../../lib/meta/model/error-groups.ts';

function group(message: string, site: string, given: { count: number; lastAt: number }) {
  const stack = `Error: ${message}\n    at ${site}\n    at other (/app/b.ts:1:1)`;
  const times = { firstAt: given.lastAt - 10, ...given };
  return { name: 'Error', message, stack, causes: [], requestId: `r${given.lastAt}`, ...times };
}

describe('Errors of all workers', () => {
  it('are one group for each place, with the sum of their counts and the latest request', () => {
    const first = group('order 1', 'pay (/app/a.ts:1:1)', { count: 3, lastAt: 50 });
    const second = group('order 2', 'pay (/app/a.ts:1:1)', { count: 4, lastAt: 70 });
    const other = group('order 2', 'ship (/app/c.ts:1:1)', { count: 1, lastAt: 60 });
    const merged = mergeErrors([
      { worker: 2, value: [first] },
      { worker: 1, value: [second, other] },
    ]);
    expect(merged).toEqual([
      { ...second, count: 7, firstAt: 40, workers: [1, 2] },
      { ...other, workers: [1] },
    ]);
    expect(first.count).toBe(3);
  });

  it('without a stack are told apart by their messages', () => {
    const bare = ['a', 'b'].map((message) =>
      Object.assign(group(message, '', { count: 1, lastAt: 1 }), { stack: '' }),
    );
    const answers = [{ worker: 1, value: bare }];
    expect(mergeErrors(answers)).toHaveLength(2);
  });
});
