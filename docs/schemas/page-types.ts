import ts from 'typescript';

/** Types of the data of a page and of its items. */
export interface PageTypes {
  readonly name: string;
  readonly data: DataType;
  readonly item: ts.Type | undefined;
}

/** Type of the data, or the report that the data has of each worker. */
export type DataType = { readonly type: ts.Type } | { readonly report: string };

/** Reads the types of the pages that a file creates by `page()` and `reportPage()`. */
export function pageTypesIn(file: ts.SourceFile, checker: ts.TypeChecker): PageTypes[] {
  const found: PageTypes[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node)) {
      const types = pageTypesOf(node, checker);
      if (types !== undefined) found.push(types);
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

function pageTypesOf(call: ts.CallExpression, checker: ts.TypeChecker): PageTypes | undefined {
  const creator = call.expression.getText();
  if (creator !== 'page' && creator !== 'reportPage') return undefined;
  const described = call.arguments[0];
  if (described === undefined || !ts.isObjectLiteralExpression(described)) return undefined;
  const name = nameIn(described);
  if (name === undefined) return undefined;
  const item = itemTypeIn(described, checker);
  if (creator === 'reportPage') return { name, data: { report: name }, item };
  const [given] = call.typeArguments ?? [];
  const type =
    given === undefined ? loadedBy(described, checker) : checker.getTypeFromTypeNode(given);
  return { name, data: { type }, item };
}

function itemTypeIn(
  described: ts.ObjectLiteralExpression,
  checker: ts.TypeChecker,
): ts.Type | undefined {
  const item = memberOf(described, 'item');
  if (item === undefined || !ts.isPropertyAssignment(item)) return undefined;
  const { initializer } = item;
  return ts.isObjectLiteralExpression(initializer) ? loadedBy(initializer, checker) : undefined;
}

function nameIn(described: ts.ObjectLiteralExpression): string | undefined {
  const member = memberOf(described, 'name');
  if (member === undefined || !ts.isPropertyAssignment(member)) return undefined;
  return ts.isStringLiteral(member.initializer) ? member.initializer.text : undefined;
}

function memberOf(
  object: ts.ObjectLiteralExpression,
  name: string,
): ts.ObjectLiteralElementLike | undefined {
  return object.properties.find((one) => one.name?.getText() === name);
}

/** Type of `data` in the envelope that the object's `load` promises. */
function loadedBy(object: ts.ObjectLiteralExpression, checker: ts.TypeChecker): ts.Type {
  const load = memberOf(object, 'load');
  if (load === undefined) throw new Error(`${object.getText().slice(0, 80)} has no load`);
  const [signature] = checker.getTypeAtLocation(load).getCallSignatures();
  const envelope = signature && checker.getAwaitedType(signature.getReturnType());
  const data = envelope?.getProperty('data');
  if (data === undefined) throw new Error(`${load.getText().slice(0, 80)} promises no envelope`);
  return checker.getTypeOfSymbol(data);
}
