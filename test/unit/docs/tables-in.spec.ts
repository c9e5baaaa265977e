import { describe, expect, it } from 'vitest';

import { tablesIn } from '../../../docs/tables/tables-in.ts';

const PAGE = `# Pages: the secondary listener

<!-- options early -->
<!-- /options -->

## Options

<!-- options metaOptions -->
<!-- /options -->

## Levels at run time, "now"

<!-- options levelChangeOptions -->
<!-- /options -->
`;

describe('tablesIn', () => {
  it('finds each table with its page and section', () => {
    expect(tablesIn(PAGE)).toEqual([
      { name: 'early', title: 'Pages', anchor: '' },
      { name: 'metaOptions', title: 'Pages', anchor: '#options' },
      {
        name: 'levelChangeOptions',
        title: 'Pages: Levels at run time, "now"',
        anchor: '#levels-at-run-time-now',
      },
    ]);
  });
});
