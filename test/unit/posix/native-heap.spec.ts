import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { describe, expect, it } from 'vitest';

const run = promisify(execFile);

const ENTRY = fileURLToPath(new URL('../../support/freed-memory.entry.ts', import.meta.url));

const MIB = 1 << 20;

/** musl returns memory by itself. */
const IS_GLIBC =
  process.platform === 'linux' &&
  'glibcVersionRuntime' in (process.report.getReport() as { header: object }).header;

describe('trimHeap()', () => {
  it.runIf(IS_GLIBC)('returns memory to the system that native code has freed', async () => {
    const { stdout } = await run(process.execPath, [ENTRY]);
    const { freed, trimmed } = JSON.parse(stdout) as { freed: number; trimmed: number };
    // 125 MiB were freed.
    expect((freed - trimmed) / MIB).toBeGreaterThan(50);
  });
});
