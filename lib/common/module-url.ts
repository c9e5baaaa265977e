import { existsSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

import { wrongType } from './options.ts';
import { wrongOption } from './wrong-use.ts';

const A_MODULE =
  "a URL or an absolute path: new URL('./file.js', import.meta.url), " +
  "in CommonJS require.resolve('./file')";

/** The URL of a module that is named by a URL, its text, or an absolute path. @throws TypeError naming option and value */
export function moduleUrl(name: string, given: URL | string): string {
  if (given instanceof URL) return given.href;
  if (typeof given !== 'string') throw wrongType(name, A_MODULE, given);
  // First: on Windows a path is a URL, too.
  if (isAbsolute(given)) return pathToFileURL(given).href;
  const url = URL.parse(given);
  if (url === null) throw wrongType(name, A_MODULE, given);
  return url.href;
}

/** The URL of a module that is there. @throws TypeError naming option and value */
export function existingModuleUrl(name: string, given: URL | string): string {
  const url = moduleUrl(name, given);
  if (url.startsWith('file:') && !existsSync(fileURLToPath(url))) {
    throw wrongOption(`${name} must name a file that exists. Received ${url}.`);
  }
  return url;
}

/**
 * The default export of an imported module. Of one that was compiled to CommonJS, `import()` gives
 * all exports as `default`, with the default export inside.
 */
export function defaultExport(module: object): unknown {
  const { default: exported } = module as { default?: unknown };
  const isCommonJs = typeof exported === 'object' && exported !== null && 'default' in exported;
  return isCommonJs ? exported.default : exported;
}
