/**
 * Writes the JSON Schemas of all answers of the pages from their types.
 *
 * `node docs/schemas/run.ts` writes `lib/meta/api/schemas.ts`; `--check` fails if it is not as generated.
 */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';

import { SCHEMAS } from '../../lib/meta/api/schemas.ts';
import { generateSchemas } from './generate.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const FILE = `${ROOT}lib/meta/api/schemas.ts`;

const HEAD = `// oxlint-disable max-lines -- generated
import type { ApiSchemas } from './json-schema.ts';

/** Generated from the types of pages and reports by \`npm run docs:schemas\`; not to be edited. */
export const SCHEMAS: ApiSchemas = `;

const schemas = generateSchemas(ROOT);
if (!process.argv.includes('--check')) write();
else if (!isDeepStrictEqual(schemas, SCHEMAS)) {
  console.error('lib/meta/api/schemas.ts is not as the types say. Run: npm run docs:schemas');
  process.exitCode = 1;
}

function write(): void {
  writeFileSync(FILE, `${HEAD}${JSON.stringify(schemas)};\n`);
  execFileSync('npx', ['oxfmt', FILE], { cwd: ROOT });
}
