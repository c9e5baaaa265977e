import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { defaultExport, existingModuleUrl } from '../../../../lib/common/files/module-url.ts';

const start = (): void => undefined;

describe('A module that an option names', () => {
  let directory = '';

  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'module-url-'));
    writeFileSync(join(directory, 'module.mjs'), '');
  });

  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  it('R25 is named by a URL, its text, or an absolute path', () => {
    const path = join(directory, 'module.mjs');
    const url = pathToFileURL(path);
    for (const given of [path, url, url.href])
      expect(existingModuleUrl('app', given)).toBe(url.href);
  });

  it.each(['./app.js', 'app', '', 5, undefined])('R25 is not named by %j', (given) => {
    expect(() => existingModuleUrl('app', given as string)).toThrow(
      /^app must be a URL or an absolute path: .* require\.resolve\('\.\/file'\)\. Received/,
    );
  });

  it('R25 is there, however it is named', () => {
    const path = join(directory, 'absent.mjs');
    for (const given of [path, pathToFileURL(path)]) {
      expect(() => existingModuleUrl('app', given)).toThrow(/^app must name a file that exists\./);
    }
  });

  // Not imported here: the test runner would unwrap them.
  it.each([
    ['ESM', { default: start }],
    [
      'CommonJS that was compiled',
      { __esModule: true, default: { __esModule: true, default: start } },
    ],
    ['CommonJS with exports.default', { default: { default: start } }],
    ['CommonJS with module.exports', { default: start, 'module.exports': start }],
  ])('R25 has its default export, as %s', (_kind, module) => {
    expect(defaultExport(module)).toBe(start);
  });

  it('R25 has none where it has none', () => {
    expect(defaultExport({})).toBeUndefined();
    expect(defaultExport({ default: null })).toBeNull();
  });
});
