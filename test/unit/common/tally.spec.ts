import { expect, it } from 'vitest';

import { Tally } from '../../../lib/common/tally.ts';

it('A tally counts each set of labels.', () => {
  const tally = new Tally<{ slot: string }>();
  for (const slot of ['1', '0', '1']) tally.add({ slot });
  expect([...tally]).toEqual([
    [{ slot: '1' }, 2],
    [{ slot: '0' }, 1],
  ]);
});
