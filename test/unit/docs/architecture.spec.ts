import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** Names in backticks that have a folder, without those that stand for any name. */
const NAMES = [
  ...readFileSync(`${ROOT}ARCHITECTURE.md`, 'utf8').matchAll(/`([a-z][\w./-]*\/[\w.-]+)`/g),
]
  .map(([, name = '']) => name)
  .filter((name) => !/[A-Z]{2}/.test(name));

const TEXT = readFileSync(`${ROOT}ARCHITECTURE.md`, 'utf8');

/** Names of the folders in the first column of the table with a heading. */
function foldersIn(heading: string): string[] {
  const table = TEXT.slice(TEXT.indexOf(`| ${heading} `)).split('\n\n')[0] ?? '';
  const cells = table.split('\n').map((row) => row.split('|')[1] ?? '');
  return cells.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name));
}

function foldersOf(path: string): string[] {
  const entries = readdirSync(`${ROOT}${path}`, { withFileTypes: true });
  return entries.flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));
}

describe('ARCHITECTURE.md', () => {
  it('has every folder of lib, and every room of lib/cluster and lib/common', () => {
    expect(foldersIn('folder').toSorted()).toEqual(foldersOf('lib').toSorted());
    expect(foldersIn('part').toSorted()).toEqual(foldersOf('lib/common').toSorted());
    expect(foldersIn('room').toSorted()).toEqual(foldersOf('lib/cluster').toSorted());
  });

  it.each([...new Set(NAMES)])('names %s, which exists', (name) => {
    const places = [name, `${name}.ts`, `lib/${name}`, `lib/${name}.ts`, `lib/cluster/${name}.ts`];
    expect(places.some((place) => existsSync(`${ROOT}${place}`))).toBe(true);
  });
});
