import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';

import ts from 'typescript';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const DIST = `${ROOT}dist/`;

/** Types that compute the members of those that are exported. */
const DERIVING = new Set(['GivenOf', 'ResolvedOf', 'Omit']);

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
    if (isDerived(node)) {
      this.#visitMembers(this.#checker.getTypeAtLocation(node), owner);
      return;
    }
    if (ts.isIdentifier(node)) this.#check(node, owner);
    ts.forEachChild(node, (child) => this.#visit(child, owner));
  }

  /** Looks into the members of a type whose base only computes them, and need not be imported. */
  #visitMembers(type: ts.Type, owner: string): void {
    for (const member of type.getProperties()) {
      const { valueDeclaration } = member;
      if (valueDeclaration === undefined || !isOurs(valueDeclaration)) continue;
      this.#visitType(this.#checker.getTypeOfSymbol(member), `${owner}.${member.name}`);
    }
  }

  /** Names what a computed type is made of; what has no name of its own is part of its owner. */
  #visitType(type: ts.Type, owner: string, above: readonly ts.Type[] = []): void {
    if (above.includes(type)) return;
    const path = [...above, type];
    const symbol = type.aliasSymbol ?? type.getSymbol();
    if (symbol !== undefined && !isAnonymous(symbol)) this.#note(symbol, owner);
    for (const part of this.#partsOf(type)) this.#visitType(part, owner, path);
    for (const signature of type.getCallSignatures()) {
      this.#visitType(signature.getReturnType(), owner, path);
      for (const parameter of signature.getParameters()) {
        this.#visitType(this.#checker.getTypeOfSymbol(parameter), owner, path);
      }
    }
  }

  #partsOf(type: ts.Type): readonly ts.Type[] {
    if (type.isUnionOrIntersection()) return type.types;
    return [...(type.aliasTypeArguments ?? []), ...this.#argumentsOf(type)];
  }

  #argumentsOf(type: ts.Type): readonly ts.Type[] {
    const isReference = ((type as ts.ObjectType).objectFlags & ts.ObjectFlags.Reference) !== 0;
    return isReference ? this.#checker.getTypeArguments(type as ts.TypeReference) : [];
  }

  #check(name: ts.Identifier, owner: string): void {
    const found = this.#checker.getSymbolAtLocation(name);
    if (found === undefined) return;
    this.#note(this.#original(found), owner);
  }

  #note(symbol: ts.Symbol, owner: string): void {
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

/** Whether a type is made from a declaration of options: by a base, or by an alias. */
function isDerived(node: ts.Node): boolean {
  if (ts.isHeritageClause(node)) return false;
  const bases = ts.isInterfaceDeclaration(node)
    ? (node.heritageClauses ?? []).flatMap(({ types }) => types.map((one) => one.expression))
    : ts.isTypeAliasDeclaration(node) && ts.isTypeReferenceNode(node.type)
      ? [node.type.typeName]
      : [];
  return bases.some((base) => DERIVING.has(base.getText()));
}

function isAnonymous({ flags, name }: ts.Symbol): boolean {
  const literal = ts.SymbolFlags.TypeLiteral | ts.SymbolFlags.ObjectLiteral;
  return (flags & literal) !== 0 || name.startsWith('__');
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
