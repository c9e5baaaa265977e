import { globSync } from 'node:fs';

import ts from 'typescript';

import type { ApiSchemas, JsonSchema } from '../../lib/meta/api/json-schema.ts';
import { type DataType, pageTypesIn } from './page-types.ts';
import { SchemaWriter } from './schema-writer.ts';

/** Exported types that answers have besides the data of pages, by their files. First come, first named. */
const OTHERS: readonly (readonly [file: string, type: string])[] = [
  ['lib/meta/problem.filter.ts', 'PagesProblem'],
  ['lib/meta/envelope.ts', 'Coverage'],
  ['lib/meta/envelope.ts', 'WorkerOutcome'],
  ['lib/meta/operations/operation.ts', 'OperationRun'],
  ['lib/logging/levels.ts', 'LevelsSnapshot'],
  ['lib/logging/recent-records.ts', 'LogRecord'],
  ['lib/insight/request-record.ts', 'EndedRecord'],
  ['lib/meta/streams/stream-event.ts', 'StreamEvent'],
  ['lib/meta/site.ts', 'IndexEntry'],
];

/** Generates the schemas of all answers from the types of the pages and reports. */
export function generateSchemas(root: string): ApiSchemas {
  const program = programOf(root);
  const checker = program.getTypeChecker();
  const writer = new SchemaWriter(checker);
  const reports = exportedType(program, `${root}lib/reports/report-types.ts`, 'WorkerReports');
  for (const [file, name] of OTHERS) writer.of(exportedType(program, `${root}${file}`, name));
  const dataOf = (data: DataType): JsonSchema => {
    if ('type' in data) return writer.of(data.type);
    const report = reports.getProperty(data.report);
    if (report === undefined) throw new Error(`There is no report "${data.report}"`);
    return perWorker(writer.of(checker.getTypeOfSymbol(report)));
  };
  const found = globSync('lib/meta/pages/**/*.page.ts', { cwd: root })
    .toSorted()
    .flatMap((path) => pageTypesIn(sourceOf(program, `${root}${path}`), checker));
  const pages = Object.fromEntries(found.map(({ name, data }) => [name, dataOf(data)]));
  const items = Object.fromEntries(
    found.flatMap(({ name, item }) => (item === undefined ? [] : [[name, writer.of(item)]])),
  );
  return { pages, items, definitions: sorted(writer.definitions) };
}

function programOf(root: string): ts.Program {
  const config = ts.readConfigFile(`${root}tsconfig.json`, (path) => ts.sys.readFile(path));
  const { options } = ts.parseJsonConfigFileContent(config.config, ts.sys, root);
  return ts.createProgram(
    globSync('lib/**/*.ts', { cwd: root }).map((path) => `${root}${path}`),
    options,
  );
}

function sourceOf(program: ts.Program, path: string): ts.SourceFile {
  const file = program.getSourceFile(path);
  if (file === undefined) throw new Error(`${path} is missing`);
  return file;
}

function exportedType(program: ts.Program, path: string, name: string): ts.Type {
  const checker = program.getTypeChecker();
  const module = checker.getSymbolAtLocation(sourceOf(program, path));
  const symbol = module && checker.getExportsOfModule(module).find((one) => one.name === name);
  if (symbol === undefined) throw new Error(`${path} does not export ${name}`);
  return checker.getDeclaredTypeOfSymbol(symbol);
}

function perWorker(value: JsonSchema): JsonSchema {
  return {
    type: 'array',
    items: {
      type: 'object',
      properties: { worker: { type: 'number' }, value },
      required: ['worker', 'value'],
    },
  };
}

function sorted<T>(record: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(record).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
