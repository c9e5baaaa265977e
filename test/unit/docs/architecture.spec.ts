import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** Names in backticks that have a folder, without those that stand for any name. */
const NAMES = [
  ...readFileSync(`${ROOT}ARCHITECTURE.md`, 'utf8').matchAll(/`([a-z][\w./-]*\/[\w.-]+)`/g),
]
  .map(([, name = '']) => name)
  .filter((name) => !/[A-Z]{2}/.test(name));

describe('ARCHITECTURE.md', () => {
  it.each([...new Set(NAMES)])('names %s, which exists', (name) => {
    const places = [name, `${name}.ts`, `lib/${name}`, `lib/${name}.ts`, `lib/cluster/${name}.ts`];
    expect(places.some((place) => existsSync(`${ROOT}${place}`))).toBe(true);
  });
});
