import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { describe, expect, it, onTestFinished } from 'vitest';

import { untilFree } from '../../lib/common/http/patient-listen.ts';

const LISTEN =
  "require('node:net').createServer().listen(process.argv[1], () => console.log('listening'))";

describe('A socket at a path whose process is killed', () => {
  it('R22 is removed while a successor waits for it', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'patient-listen-'));
    onTestFinished(() => rmSync(directory, { recursive: true }));
    const path = join(directory, 'socket');
    const holder = spawn(process.execPath, ['-e', LISTEN, path]);
    onTestFinished(() => void holder.kill('SIGKILL'));
    await once(holder.stdout, 'data');

    await untilFree({ path }, () => void holder.kill('SIGKILL'));
    expect(existsSync(path)).toBe(false);
  });
});
