/**
 * Prints as JSON which packages and which rooms of lib a module of lib loads. Runs in a process of
 * its own: `node loaded-by.entry.ts lib/threads.ts`.
 */
import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';

import { type Options, transformSync } from '@swc/core';

const ROOT = new URL('../../', import.meta.url).href;

const OPTIONS: Options = {
  configFile: false,
  swcrc: false,
  jsc: {
    target: 'es2023',
    parser: { syntax: 'typescript', decorators: true },
    // Keeps each import of a value, as the build does.
    transform: { legacyDecorator: true, verbatimModuleSyntax: true },
  },
};

const packages = new Set<string>();
const rooms = new Set<string>();

registerHooks({
  load(url, context, nextLoad) {
    const name = url
      .split('/node_modules/')
      .slice(1)
      .at(-1)
      ?.match(/^(?:@[^/]+\/)?[^/]+/)?.[0];
    if (name !== undefined) packages.add(name);
    const room = url.startsWith(`${ROOT}lib/`) ? url.slice(ROOT.length).split('/')[1] : undefined;
    if (room === undefined) return nextLoad(url, context);
    rooms.add(room);
    const { code } = transformSync(readFileSync(fileURLToPath(url), 'utf8'), OPTIONS);
    return { format: 'module', source: code, shortCircuit: true };
  },
});

await import(new URL(process.argv[2] ?? '', ROOT).href);
console.log(JSON.stringify({ packages: [...packages].toSorted(), rooms: [...rooms].toSorted() }));
