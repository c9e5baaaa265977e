import { fileURLToPath } from 'node:url';

import ts from 'typescript';
import { describe, expect, it } from 'vitest';

const ENTRY = fileURLToPath(new URL('../../../dist/cluster.d.ts', import.meta.url));

/** Comment of an option of `GroupOptions` in the built declarations, by its path. */
function commentOf(path: readonly string[]): string {
  const program = ts.createProgram([ENTRY], {
    module: ts.ModuleKind.NodeNext,
    target: ts.ScriptTarget.ES2023,
    types: ['node'],
    strict: true,
    skipLibCheck: true,
  });
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(ENTRY);
  const module = source === undefined ? undefined : checker.getSymbolAtLocation(source);
  const entry = module?.exports?.get(ts.escapeLeadingUnderscores('GroupOptions'));
  if (entry === undefined) throw new Error('dist is not built');
  let type = checker.getDeclaredTypeOfSymbol(checker.getAliasedSymbol(entry));
  let comment = '';
  for (const name of path) {
    const option = checker.getNonNullableType(type).getProperty(name);
    if (option === undefined) throw new Error(`no option ${name}`);
    comment = ts.displayPartsToString(option.getDocumentationComment(checker));
    type = checker.getTypeOfSymbol(option);
  }
  return comment;
}

describe('The comments of options', () => {
  it('reach editors from the built declarations, of nested groups too.', () => {
    expect(commentOf(['workers'])).toContain('Worker processes');
    expect(commentOf(['acceptQueue', 'maxQueue'])).toContain('Most connections that wait');
  });
});
