import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** docs/reliability.md names them. */
const SCENARIOS = Array.from({ length: 32 }, (_, index) => `F${index + 1}`);

/** What `vitest` is given to choose files by. */
const SCRIPT = (
  JSON.parse(readFileSync(`${ROOT}package.json`, 'utf8')) as { scripts: Record<string, string> }
).scripts['test:faults']?.split(' ');

describe('npm run test:faults', () => {
  it('R43: runs every scenario from F1 to F32', () => {
    const files = readdirSync(`${ROOT}test`, { recursive: true, encoding: 'utf8' })
      .map((name) => `test/${name}`)
      .filter((name) => name.endsWith('spec.ts'))
      .filter((name) => SCRIPT?.some((word) => word.startsWith('test/') && name.includes(word)));
    const tagged = new Set(files.flatMap((name) => tagsIn(readFileSync(`${ROOT}${name}`, 'utf8'))));
    expect(SCENARIOS.filter((tag) => !tagged.has(tag))).toEqual([]);
  });
});

describe('test/SCENARIOS.md', () => {
  const text = readFileSync(`${ROOT}test/SCENARIOS.md`, 'utf8');
  const rows = [...text.matchAll(/^\| ([FTR]\d+) +\| [^|]+\| ([^|]+) \|$/gm)].map(
    ([, tag = '', files = '']) => ({ tag, files: files.trim().split(', ') }),
  );

  it('explains every scenario', () => {
    const threads = Array.from({ length: 31 }, (_, index) => `T${index + 1}`);
    const deployments = Array.from({ length: 44 }, (_, index) => `R${index + 1}`);
    const all = [...SCENARIOS, 'F33', ...threads, ...deployments];
    expect(rows.map(({ tag }) => tag)).toEqual(all);
  });

  it.each(rows.filter(({ tag }) => tag !== 'F33'))('names files that show $tag', (row) => {
    for (const file of row.files) {
      const source = readFileSync(`${ROOT}test/${file}`, 'utf8');
      expect(tagsIn(source), file).toContain(row.tag);
    }
  });
});

/** Those at the beginning of the titles of tests. */
function tagsIn(source: string): string[] {
  return [...source.matchAll(/['"`]([FTR]\d+(?:,? [FTR]\d+)*)\b[^\n]* /g)].flatMap(
    ([, tags = '']) => {
      return tags.split(/,? /);
    },
  );
}
