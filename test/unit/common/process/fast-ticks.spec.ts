import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { describe, expect, it } from 'vitest';

const run = promisify(execFile);

const ENTRY = fileURLToPath(new URL('../../../support/ticks.entry.ts', import.meta.url));

/** Least CPU time of a tick, in nanoseconds, in a process of its own. */
async function tickNs(...args: readonly string[]): Promise<number> {
  const { stdout } = await run(process.execPath, [ENTRY, ...args]);
  return Number(stdout);
}

describe('Ticks', () => {
  it('stay as fast as they were, after a collection that found none waiting', async () => {
    const [before, after] = [await tickNs(), await tickNs('keep', 'collect')];
    // Without the held record: four to nine times as long.
    expect(after / before).toBeLessThan(3);
  });
});
