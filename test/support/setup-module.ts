import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { onTestFinished } from 'vitest';

/** A module for `meta.setup`, in a directory of its own, which goes with the test. */
export function setupModule(text: string): URL {
  const directory = mkdtempSync(join(tmpdir(), 'meta-setup-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const path = join(directory, 'setup.mjs');
  writeFileSync(path, text);
  return pathToFileURL(path);
}
