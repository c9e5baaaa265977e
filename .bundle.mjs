import { cpSync, globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';

import { build } from 'esbuild';

/**
 * Joins the modules that tsc has compiled to `dist`: every worker, thread and primary loads a few
 * files in place of hundreds, in half the time and with 2 to 8 MB less memory each.
 */

const DIST = 'dist';

/** First modules of processes and threads, and those that are loaded by their address. */
const ENTRIES = [
  'cluster/accepting/invite/watch-thread.entry.js',
  'cluster/sentinel/sentinel.entry.js',
  'cluster/worker/worker.entry.js',
  'connections/connections.twin.module.js',
  'meta/meta.app.js',
  'threads/thread.entry.js',
];

/** Modules that tests and benches look into. */
const INSIDE = [
  'cluster/sentinel/sentinel.js',
  'common/process/lifecycle.js',
  'common/options/machine.js',
  'common/http/secondary-listener.options.js',
  'common/process/thread-twin.js',
  'meta/pages.app.js',
  'meta/site.js',
  'reports/process-reports.js',
];

/** Scripts of the pages, which are served as they are. */
const SERVED = join(DIST, 'meta/assets/');

const { exports } = JSON.parse(readFileSync('package.json', 'utf8'));
const exported = Object.values(exports).flatMap(({ default: file }) =>
  file === undefined ? [] : [relative(DIST, file)],
);
const outdir = mkdtempSync('.dist-');
try {
  await build({
    entryPoints: [...exported, ...ENTRIES, ...INSIDE].map((file) => join(DIST, file)),
    outbase: DIST,
    outdir,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node22',
    packages: 'external',
    chunkNames: 'chunks/[hash]',
    sourcemap: true,
    sourcesContent: false,
    logLevel: 'warning',
    plugins: [{ name: 'class-names', setup: keepClassNames }],
  });
  for (const file of globSync(`${outdir}/**/*.js`)) assertClassNames(readFileSync(file, 'utf8'));
  for (const file of globSync(`${DIST}/**/*.js{,.map}`)) {
    if (!file.startsWith(SERVED)) rmSync(file);
  }
  cpSync(outdir, DIST, { recursive: true });
} finally {
  rmSync(outdir, { recursive: true });
}

/**
 * tsc compiles a decorated class to `let A = class A`, of which esbuild renames the second `A`. Nest
 * names modules and providers by it in logs and errors, so it is left out: the class is named `A` by
 * its variable.
 */
function keepClassNames({ onLoad }) {
  onLoad({ filter: /\/dist\/.*\.js$/ }, ({ path }) => ({
    loader: 'js',
    contents: readFileSync(path, 'utf8')
      .replaceAll(/^let (\w+) = class \1 /gm, 'let $1 = class ')
      .replaceAll(
        /^let (\w+) = (\1_1) = class \1 (.*)\{$/gm,
        'let $1 = class $3{ static { $2 = this; }',
      ),
  }));
}

/** @throws Error if esbuild has renamed a class: names that end in a digit are not ours */
function assertClassNames(code) {
  const [renamed] = code.match(/\bclass \w*\d+ (extends \S+ )?\{/) ?? [];
  if (renamed !== undefined) throw new Error(`${renamed}: give one of two classes another name`);
}
