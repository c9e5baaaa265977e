import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** A module for `meta.setup`, in a directory of its own. */
export function setupModule(text: string): URL {
  const path = join(mkdtempSync(join(tmpdir(), 'meta-setup-')), 'setup.mjs');
  writeFileSync(path, text);
  return pathToFileURL(path);
}
