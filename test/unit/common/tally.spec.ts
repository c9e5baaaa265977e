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

it('A tally counts what is expected from 0.', () => {
  const tally = new Tally([{ slot: '0' }, { slot: '1' }]);
  tally.add({ slot: '1' });
  expect([...tally]).toEqual([
    [{ slot: '0' }, 0],
    [{ slot: '1' }, 1],
  ]);
});
