import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';

import ts from 'typescript';
import { describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** Sources of the entries that package.json exports. */
function entries(): string[] {
  const { exports } = JSON.parse(readFileSync(`${ROOT}package.json`, 'utf8')) as {
    exports: Record<string, string | { types: string }>;
  };
  return Object.values(exports).flatMap((entry) => {
    if (typeof entry === 'string') return [];
    return [entry.types.replace(/^\.\/dist\/(.*)\.d\.ts$/, `${ROOT}lib/$1.ts`)];
  });
}

function undocumented(): string[] {
  const files = entries();
  const config: unknown = ts.readConfigFile(`${ROOT}tsconfig.json`, (path) =>
    ts.sys.readFile(path),
  ).config;
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, ROOT);
  const program = ts.createProgram(files, options);
  const checker = program.getTypeChecker();
  const found = files.flatMap((file) => {
    const source = program.getSourceFile(file);
    const module = source === undefined ? undefined : checker.getSymbolAtLocation(source);
    if (module === undefined) throw new Error(`${file} exports nothing`);
    return checker.getExportsOfModule(module).flatMap((exported) => {
      const isAlias = (exported.flags & ts.SymbolFlags.Alias) !== 0;
      const symbol = isAlias ? checker.getAliasedSymbol(exported) : exported;
      const path = relative(ROOT, symbol.declarations?.[0]?.getSourceFile().fileName ?? '');
      const isOurs = path.startsWith('lib/');
      return isOurs && symbol.getDocumentationComment(checker).length === 0
        ? [`${exported.name} (${path})`]
        : [];
    });
  });
  return [...new Set(found)].toSorted();
}

describe('The public API', () => {
  it('says of each symbol what it is.', { timeout: 60_000 }, () => {
    expect(undocumented()).toEqual([]);
  });
});
