import { readFileSync } from 'node:fs';

import ts from 'typescript';

/** Descriptions of the options of each `optionGroup` in a file, by the name of its constant. */
export function describedGroups(file: string): Map<string, Map<string, string>> {
  const source = ts.createSourceFile(
    file,
    readFileSync(file, 'utf8'),
    ts.ScriptTarget.Latest,
    true,
  );
  const groups = new Map<string, Map<string, string>>();
  const constants = constantsOf(source);
  for (const [name, value] of constants) {
    const table = tableOf(value);
    if (table !== undefined) groups.set(name, describe(table, constants));
  }
  return groups;
}

function constantsOf(source: ts.SourceFile): Map<string, ts.Expression> {
  const constants = new Map<string, ts.Expression>();
  for (const statement of source.statements) {
    if (!ts.isVariableStatement(statement)) continue;
    for (const { name, initializer } of statement.declarationList.declarations) {
      if (initializer !== undefined && ts.isIdentifier(name)) constants.set(name.text, initializer);
    }
  }
  return constants;
}

function tableOf(value: ts.Expression): ts.ObjectLiteralExpression | undefined {
  if (!ts.isCallExpression(value)) return undefined;
  if (value.expression.getText() !== 'optionGroup') return undefined;
  const [table] = value.arguments;
  return table !== undefined && ts.isObjectLiteralExpression(table) ? table : undefined;
}

/** @param constants of the file, whose options a table may spread */
function describe(
  table: ts.ObjectLiteralExpression,
  constants: ReadonlyMap<string, ts.Expression>,
): Map<string, string> {
  const meanings = new Map<string, string>();
  for (const property of table.properties) {
    const shared = ts.isSpreadAssignment(property)
      ? constants.get(property.expression.getText())
      : undefined;
    if (shared === undefined) meanings.set(property.name?.getText() ?? '', commentOf(property));
    else if (ts.isObjectLiteralExpression(shared)) {
      for (const [key, meaning] of describe(shared, constants)) meanings.set(key, meaning);
    }
  }
  return meanings;
}

function commentOf(node: ts.Node): string {
  const [doc] = ts.getJSDocCommentsAndTags(node);
  const comment = doc === undefined ? '' : (ts.getTextOfJSDocComment(doc.comment) ?? '');
  return comment.replaceAll(/\s+/g, ' ').trim();
}
