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
  for (const statement of source.statements) {
    if (!ts.isVariableStatement(statement)) continue;
    for (const { name, initializer } of statement.declarationList.declarations) {
      const table = tableOf(initializer);
      if (table !== undefined && ts.isIdentifier(name)) groups.set(name.text, describe(table));
    }
  }
  return groups;
}

function tableOf(value: ts.Expression | undefined): ts.ObjectLiteralExpression | undefined {
  if (value === undefined || !ts.isCallExpression(value)) return undefined;
  if (value.expression.getText() !== 'optionGroup') return undefined;
  const [table] = value.arguments;
  return table !== undefined && ts.isObjectLiteralExpression(table) ? table : undefined;
}

function describe(table: ts.ObjectLiteralExpression): Map<string, string> {
  return new Map(
    table.properties.map((property) => [property.name?.getText() ?? '', commentOf(property)]),
  );
}

function commentOf(node: ts.Node): string {
  const [doc] = ts.getJSDocCommentsAndTags(node);
  const comment = doc === undefined ? '' : (ts.getTextOfJSDocComment(doc.comment) ?? '');
  return comment.replaceAll(/\s+/g, ' ').trim();
}
