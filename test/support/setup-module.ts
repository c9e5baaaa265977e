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

/** A module for `meta.setup` that takes as long as the test wants: pages that are slow to start. */
export function slowSetupModule(text: string): { setup: URL; finish: () => void } {
  const directory = mkdtempSync(join(tmpdir(), 'slow-setup-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const file = join(directory, 'finished');
  const setup = setupModule(`
    import { existsSync } from 'node:fs';
    import { setTimeout as wait } from 'node:timers/promises';
    while (!existsSync(${JSON.stringify(file)})) await wait(10);
    ${text}
  `);
  return { setup, finish: () => writeFileSync(file, '') };
}
