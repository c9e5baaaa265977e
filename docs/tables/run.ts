/**
 * Writes the tables of options in the docs from their declarations.
 *
 * `node docs/tables/run.ts` writes; `--check` fails if a table is not as declared. A table stands
 * between `<!-- options NAME -->` and `<!-- /options -->`; NAME is a constant of a `*.options.ts`.
 * The index of all tables stands between `<!-- options-index -->` and `<!-- /options-index -->`.
 */
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';

import type { Kind, OptionTable } from '../../lib/common/options/kind.ts';
import { describedGroups } from './described-groups.ts';
import { type OptionRow, optionRows } from './option-rows.ts';
import { tablesIn } from './tables-in.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

const TABLE = /<!-- options (\w+) -->\n[\s\S]*?<!-- \/options -->/g;

const INDEX = /<!-- options-index -->\n[\s\S]*?<!-- \/options-index -->/g;

const HEAD = ['option', 'default', 'accepts', 'meaning'];

interface Declared {
  groups: Map<string, Kind<unknown, unknown>>;
  descriptions: Map<OptionTable, Map<string, string>>;
}

const declared = await readDeclared();
const isCheck = process.argv.includes('--check');
const stale = globSync('docs/**/*.md', { cwd: ROOT }).filter((path) => refresh(`${ROOT}${path}`));
if (isCheck && stale.length > 0) {
  console.error(`Not as declared: ${stale.join(', ')}. Run: npm run docs:tables`);
  process.exitCode = 1;
}

/** Returns whether the file's tables differ from the declarations; writes them unless checking. */
function refresh(path: string): boolean {
  const text = readFileSync(path, 'utf8');
  const fresh = text
    .replaceAll(TABLE, (_, name: string) => {
      return `<!-- options ${name} -->\n\n${tableOf(name)}\n\n<!-- /options -->`;
    })
    .replaceAll(INDEX, () => `<!-- options-index -->\n\n${index()}\n\n<!-- /options-index -->`);
  if (fresh === text) return false;
  if (!isCheck) writeFileSync(path, fresh);
  return true;
}

/** Links each table of options with the names in it. */
function index(): string {
  const paths = globSync('docs/*.md', { cwd: ROOT }).toSorted();
  const lines = paths.flatMap((path) => {
    return tablesIn(readFileSync(`${ROOT}${path}`, 'utf8')).map(({ name, title, anchor }) => {
      const names = rowsOf(name).map((row) => row.name);
      return `- [${title}](${basename(path)}${anchor}), ${wordsOf(name)}: ${names.join(', ')}`;
    });
  });
  return lines.join('\n');
}

/** `secondaryListenerOptions` as `secondary listener`. */
function wordsOf(name: string): string {
  const words = name.replace(/Options$/, '').replaceAll(/([A-Z])/g, ' $1');
  return words.toLowerCase();
}

function rowsOf(name: string): OptionRow[] {
  const group = declared.groups.get(name);
  if (group === undefined) throw new Error(`No group of options is called ${name}.`);
  return optionRows(group, (options, key) => {
    return declared.descriptions.get(options as OptionTable)?.get(key) ?? '';
  });
}

function tableOf(name: string): string {
  const rows = rowsOf(name);
  const missing = rows.find(({ meaning }) => meaning === '');
  if (missing !== undefined) throw new Error(`${name}: ${missing.name} has no description.`);
  return markdown([HEAD, ...rows.map((row) => [row.name, row.default, row.accepts, row.meaning])]);
}

/** Aligns columns as the formatter does; the first row is the head. */
function markdown(cells: readonly (readonly string[])[]): string {
  const widths = (cells[0] ?? []).map((_, column) =>
    Math.max(...cells.map((row) => row[column]?.length ?? 0)),
  );
  const lines = cells.map((row) => {
    return `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  });
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
  return [lines[0], rule, ...lines.slice(1)].join('\n');
}

async function readDeclared(): Promise<Declared> {
  const groups: Declared['groups'] = new Map();
  const descriptions: Declared['descriptions'] = new Map();
  for (const path of globSync('lib/**/*.ts', { cwd: ROOT })) {
    const described = describedGroups(`${ROOT}${path}`);
    if (described.size === 0) continue;
    // oxlint-disable-next-line no-await-in-loop -- one file after another is fast enough
    const module = (await import(`${ROOT}${path}`)) as Record<string, Kind<unknown, unknown>>;
    for (const [name, meanings] of described) {
      const group = module[name];
      if (group?.options === undefined) throw new Error(`${path} must export ${name}.`);
      groups.set(name, group);
      descriptions.set(group.options, meanings);
    }
  }
  return { groups, descriptions };
}
