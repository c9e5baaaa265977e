import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { divideDescriptors } from '../../../../lib/cluster/accepting/descriptor-budget.ts';
import { descriptorLimit } from '../../../../lib/common/process/descriptor-limit.ts';

describe('descriptors', () => {
  it('are read as a number', () => {
    expect(descriptorLimit()).toBeGreaterThan(0);
    expect(Number.isInteger(descriptorLimit())).toBe(true);
  });

  it('are divided so that accepting never meets their end', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 128, max: 1_000_000 }),
        fc.integer({ min: 1, max: 12 }),
        (limit, workers) => {
          const { held, lingering } = divideDescriptors(limit, {
            workers,
            probes: { port: 1 },
          });
          expect(held).toBeGreaterThan(0);
          expect(lingering).toBeGreaterThan(0);
          expect(lingering).toBeLessThanOrEqual(256);
          // Both the thread that watches and the main thread refuse.
          expect(held + 2 * lingering).toBeLessThanOrEqual(limit - 40);
        },
      ),
    );
  });
});
