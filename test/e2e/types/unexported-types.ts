import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';

import ts from 'typescript';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const DIST = `${ROOT}dist/`;

interface Manifest {
  exports: Record<string, string | { types: string }>;
}

/** Types of the package that stand in its public signatures and can be imported from nowhere. */
export function unexportedTypes(): string[] {
  const { exports } = JSON.parse(readFileSync(`${ROOT}package.json`, 'utf8')) as Manifest;
  const entries = Object.values(exports).flatMap((one) =>
    typeof one === 'string' ? [] : [ROOT + one.types],
  );
  const program = ts.createProgram(entries, {
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    target: ts.ScriptTarget.ES2023,
    types: ['node'],
    skipLibCheck: true,
  });
  return new Signatures(program.getTypeChecker()).unexportedOf(
    entries.map((entry) => {
      const file = program.getSourceFile(entry);
      if (file === undefined) throw new Error(`${entry} is not built`);
      return file;
    }),
  );
}

class Signatures {
  readonly #checker: ts.TypeChecker;
  readonly #exported = new Set<ts.Symbol>();
  readonly #found = new Set<string>();

  constructor(checker: ts.TypeChecker) {
    this.#checker = checker;
  }

  unexportedOf(entries: readonly ts.SourceFile[]): string[] {
    for (const entry of entries) {
      const module = this.#checker.getSymbolAtLocation(entry);
      const exports = module === undefined ? [] : this.#checker.getExportsOfModule(module);
      for (const one of exports) this.#exported.add(this.#original(one));
    }
    for (const symbol of this.#exported) {
      for (const declaration of symbol.declarations ?? []) {
        if (isOurs(declaration)) this.#visit(declaration, symbol.name);
      }
    }
    return [...this.#found].toSorted();
  }

  #visit(node: ts.Node, owner: string): void {
    if (isHidden(node)) return;
    if (ts.isIdentifier(node)) this.#check(node, owner);
    ts.forEachChild(node, (child) => this.#visit(child, owner));
  }

  #check(name: ts.Identifier, owner: string): void {
    const found = this.#checker.getSymbolAtLocation(name);
    if (found === undefined) return;
    const symbol = this.#original(found);
    if (!isType(symbol) || this.#exported.has(symbol)) return;
    const [declaration] = symbol.declarations ?? [];
    if (declaration === undefined || !isOurs(declaration)) return;
    const file = relative(DIST, declaration.getSourceFile().fileName);
    this.#found.add(`${symbol.name} (${file}) in ${owner}`);
  }

  #original(symbol: ts.Symbol): ts.Symbol {
    const isAlias = (symbol.flags & ts.SymbolFlags.Alias) !== 0;
    return isAlias ? this.#checker.getAliasedSymbol(symbol) : symbol;
  }
}

function isOurs(node: ts.Node): boolean {
  return node.getSourceFile().fileName.startsWith(DIST);
}

/** Parameters of types are nobody's to import. */
function isType({ flags }: ts.Symbol): boolean {
  const types =
    ts.SymbolFlags.Class |
    ts.SymbolFlags.Interface |
    ts.SymbolFlags.TypeAlias |
    ts.SymbolFlags.Enum;
  return (flags & types) !== 0;
}

function isHidden(node: ts.Node): boolean {
  if (!ts.isClassElement(node)) return false;
  const isPrivate = (ts.getCombinedModifierFlags(node) & ts.ModifierFlags.Private) !== 0;
  return isPrivate || (node.name !== undefined && ts.isPrivateIdentifier(node.name));
}
