import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { ReleaseLinks } from '../../../../lib/cluster/takeover/release-links.ts';

describe('ReleaseLinks', () => {
  let base = '';
  let release = '';
  let current = '';

  beforeAll(() => {
    base = realpathSync(mkdtempSync(join(tmpdir(), 'links-')));
    release = join(base, 'releases/1');
    current = join(base, 'current');
    mkdirSync(join(release, 'dist'), { recursive: true });
    for (const file of ['dist/main.js', 'dist/app.js']) writeFileSync(join(release, file), '');
    symlinkSync(release, current);
  });

  afterAll(() => rmSync(base, { recursive: true, force: true }));

  it('R37 find the link by which the program was started, with and without an extension', () => {
    for (const script of ['dist/main.js', 'dist/main']) {
      const links = new ReleaseLinks({
        script: join(current, script),
        cwd: '/',
        shellCwd: undefined,
      });
      expect(links.path(join(release, 'dist/app.js'))).toBe(join(current, 'dist/app.js'));
      expect(links.path(release)).toBe(current);
      const url = pathToFileURL(join(release, 'dist/app.js')).href;
      expect(links.url(url)).toBe(pathToFileURL(join(current, 'dist/app.js')).href);
    }
  });

  it('R37 find the link of the directory from which a shell started the program', () => {
    const script = join(release, 'dist/main.js');
    const links = new ReleaseLinks({ script, cwd: release, shellCwd: current });
    expect(links.path(script)).toBe(join(current, 'dist/main.js'));
    const elsewhere = new ReleaseLinks({ script, cwd: '/', shellCwd: current });
    expect(elsewhere.path(script)).toBe(script);
  });

  it('R37 leave alone what no link leads to', () => {
    const links = new ReleaseLinks({
      script: join(current, 'dist/main.js'),
      cwd: base,
      shellCwd: base,
    });
    for (const path of ['/', base, join(base, 'releases'), `${release}0/app.js`]) {
      expect(links.path(path)).toBe(path);
    }
    expect(links.url('data:text/javascript,0')).toBe('data:text/javascript,0');
    const none = new ReleaseLinks({ script: undefined, cwd: '/', shellCwd: undefined });
    expect(none.path(release)).toBe(release);
  });
});
