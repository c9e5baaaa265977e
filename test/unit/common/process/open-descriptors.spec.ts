import { closeSync, openSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { countDescriptors } from '../../../../lib/common/process/open-descriptors.ts';

describe.skipIf(process.platform !== 'linux')('countDescriptors', () => {
  it('counts what this process has open', () => {
    const before = countDescriptors() ?? NaN;
    const opened = Array.from({ length: 20 }, () => openSync('/dev/null', 'r'));
    const during = countDescriptors() ?? NaN;
    for (const fd of opened) closeSync(fd);
    // Others of this process may open and close some at the same time.
    expect(before).toBeGreaterThan(2);
    expect(Math.abs(during - before - 20)).toBeLessThan(10);
  });
});
