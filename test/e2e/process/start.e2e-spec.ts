import { describe, expect, it } from 'vitest';

import { launchGroup } from '../../support/test-group.ts';
import { until } from '../../support/until.ts';

/** A busy machine starts and ends a group slowly. */
const PATIENCE = { withinMs: 90_000 };

describe('The start of a group', () => {
  it('shows its pages although every worker hangs.', async () => {
    const group = await launchGroup({ app: 'versioned.app', version: 'hangs' });
    const workers = await until(
      'both workers',
      async () => {
        const all = await group.workers();
        return all.length === 2 && all.every(({ state }) => state === 'BOOTING') && all;
      },
      PATIENCE,
    );
    expect(workers.map(({ slot }) => slot)).toEqual([0, 1]);
  });

  it('begins with as many workers as may boot at once.', async () => {
    const group = await launchGroup({
      app: 'versioned.app',
      version: 'hangs',
      options: { workers: 3, supervision: { maxStartsAtOnce: 2 } },
    });
    const states = await until(
      'two workers',
      async () => {
        const all = (await group.workers()).map(({ state }) => state);
        return all.filter((state) => state === 'BOOTING').length === 2 && all;
      },
      PATIENCE,
    );
    expect(states).toEqual(['BOOTING', 'BOOTING', 'EXITED']);
  });
});
