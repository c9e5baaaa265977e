import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { readEnvFiles, staleVariables } from '../../../../lib/cluster/takeover/env-files.ts';

const NOBODY = new Set<string>();

describe('Variables of --env-file', () => {
  let directory = '';
  let [first, second] = ['', ''];

  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'env-files-'));
    [first, second] = [join(directory, 'first'), join(directory, 'second')];
    writeFileSync(first, 'A=1\nB="two words"\n');
    writeFileSync(second, 'A=3\n');
  });

  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  it('R37 are those that Node has read, the last file first', () => {
    const env = { A: '3', B: 'two words', C: 'other' };
    const args = [`--env-file=${first}`, '--no-warnings', '--env-file', second];
    expect([...readEnvFiles(args, env, NOBODY)]).toEqual([
      ['A', '3'],
      ['B', 'two words'],
    ]);
    const optional = [`--env-file-if-exists=${join(directory, 'none')}`, `--env-file=${first}`];
    expect(readEnvFiles(optional, { ...env, A: '1' }, NOBODY).size).toBe(2);
  });

  it('R37 are not those that the environment has besides', () => {
    const args = [`--env-file=${first}`];
    expect(readEnvFiles(args, { A: '1', B: 'x' }, new Set(['A'])).size).toBe(0);
    expect(readEnvFiles([], { A: '1' }, NOBODY).size).toBe(0);
  });

  it('R37 are read anew unless the program has changed them', () => {
    const read = new Map([
      ['A', '1'],
      ['B', '2'],
    ]);
    expect(staleVariables(read, { A: '1', B: 'changed' })).toEqual({ A: undefined });
  });
});
