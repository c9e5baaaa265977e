import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { describe, expect, it, onTestFinished, vi } from 'vitest';

import { makeLivingDirectory } from '../../../../lib/common/files/living-directory.ts';
import { until } from '../../../support/until.ts';

const LISTEN =
  "require('node:net').createServer().listen(process.argv[1], () => console.log('on'))";

/** What a process leaves that is killed: its directory, with a socket on which nobody listens. */
async function leftDirectory(parent: string): Promise<string> {
  const path = mkdtempSync(join(parent, 'buttress-'));
  const child = spawn(process.execPath, ['-e', LISTEN, join(path, 'alive.sock')]);
  await once(child.stdout, 'data');
  child.kill('SIGKILL');
  await once(child, 'exit');
  return path;
}

describe('The directory of a process', () => {
  it('R43 The next process removes those of killed ones, and none of a living one.', async () => {
    const parent = mkdtempSync(join(tmpdir(), 'living-'));
    vi.stubEnv('TMPDIR', parent);
    onTestFinished(() => {
      vi.unstubAllEnvs();
      rmSync(parent, { recursive: true, force: true });
    });
    const living = makeLivingDirectory();
    const left = await leftDirectory(parent);
    const next = makeLivingDirectory();
    await until('the end of what was left', () => !existsSync(left));
    expect([living.isShown, next.isShown]).toEqual([true, true]);
    for (const directory of [living, next]) directory.close();
  });
});
