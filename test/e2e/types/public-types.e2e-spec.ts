import { describe, expect, it } from 'vitest';

import { unexportedTypes } from './unexported-types.ts';

describe('the types of the package', () => {
  it('R30 can be imported where they stand in a public signature', () => {
    expect(unexportedTypes()).toEqual([]);
  });
});
