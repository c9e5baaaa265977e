import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, it, onTestFinished } from 'vitest';

import { KeptFile } from '../../../lib/meta/kept-file.ts';

function newDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'test-kept-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

it('A file keeps the latest data, and only that waits while a write is under way.', async () => {
  const file = new KeptFile<number>(join(newDirectory(), 'data.json'));
  const writes = [1, 2, 3, 4].map((data) => file.write(data));
  expect(new Set(writes).size).toBe(2);
  await Promise.all(writes);
  expect(file.read()).toBe(4);
  expect(file.readChanged()).toBe(4);
  expect(file.readChanged()).toBeUndefined();
});

it('A file that cannot be written fails each write, and is tried again.', async () => {
  const directory = newDirectory();
  const file = new KeptFile<number>(join(directory, 'gone', 'data.json'));
  const [first, second] = [file.write(1), file.write(2)];
  await expect(first).rejects.toThrow('ENOENT');
  await expect(second).rejects.toThrow('ENOENT');
  expect(file.read()).toBeUndefined();
});
