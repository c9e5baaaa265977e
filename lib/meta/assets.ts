import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

import { ownFile } from '../common/files/own-file.ts';
import { STYLE } from './assets/style.ts';

export interface Asset {
  type: string;
  body: string;
}

/** A wall with its buttress. */
const ICON =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">' +
  '<rect x="4" y="4" width="9" height="24" rx="1.5" fill="#1d5fa8"/>' +
  '<path d="M15 10l13 18H15z" fill="#e08a1e"/></svg>';

const CSS = 'text/css; charset=utf-8';
const SCRIPT = 'text/javascript; charset=utf-8';

const OWN_SCRIPTS = ['pages.js', 'tables.js', 'charts.js', 'refresh.js'] as const;

/** Static files of the pages, under a path with a hash of all of them: caches may keep them. */
export class Assets {
  /** Path of the files. */
  readonly base: string;
  readonly #files: ReadonlyMap<string, Asset>;

  /** @param colour of links and charts, as `#rrggbb` */
  constructor(colour: string | undefined) {
    const brand = colour === undefined ? '' : `:root { --accent: ${colour}; --line-0: ${colour}; }`;
    const files: [string, Asset][] = [
      ['style.css', { type: CSS, body: STYLE + brand }],
      ['icon.svg', { type: 'image/svg+xml', body: ICON }],
      ...OWN_SCRIPTS.map((name): [string, Asset] => [
        name,
        { type: SCRIPT, body: readOwn(`meta/assets/${name}`) },
      ]),
      ['uplot.js', { type: SCRIPT, body: readOf('uplot/dist/uPlot.iife.min.js') }],
      ['idiomorph.js', { type: SCRIPT, body: readOf('idiomorph/dist/idiomorph.min.js') }],
      ['uplot.css', { type: CSS, body: readOf('uplot/dist/uPlot.min.css') }],
    ];
    this.#files = new Map(files);
    const hash = createHash('sha256');
    for (const [, { body }] of files) hash.update(body);
    this.base = `/assets/${hash.digest('hex').slice(0, 16)}`;
  }

  find(hash: string, name: string): Asset | undefined {
    return this.base === `/assets/${hash}` ? this.#files.get(name) : undefined;
  }
}

const require = createRequire(import.meta.url);

function readOwn(path: string): string {
  return readText(() => fileURLToPath(ownFile(path)));
}

/** Reads a file of a dependency. */
function readOf(specifier: string): string {
  return readText(() => require.resolve(specifier));
}

/** Empty for a missing file, as in a bundle: charts stay drawings, and nothing refreshes itself. */
function readText(find: () => string): string {
  try {
    return readFileSync(find(), 'utf8');
  } catch {
    return '';
  }
}
