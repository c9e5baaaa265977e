import { existsSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

import { wrongOption } from '../errors/wrong-use.ts';
import { wrongType } from '../options/checks.ts';

const A_MODULE =
  "a URL or an absolute path: new URL('./file.js', import.meta.url), " +
  "in CommonJS require.resolve('./file')";

/** Resolves a URL or an absolute path to a URL. @throws TypeError naming option and value */
export function moduleUrl(name: string, given: URL | string): string {
  if (given instanceof URL) return given.href;
  if (typeof given !== 'string') throw wrongType(name, A_MODULE, given);
  // Paths first: on Windows they parse as URLs.
  if (isAbsolute(given)) return pathToFileURL(given).href;
  const url = URL.parse(given);
  if (url === null) throw wrongType(name, A_MODULE, given);
  return url.href;
}

/** Like `moduleUrl`, for a file that must exist. @throws TypeError naming option and value */
export function existingModuleUrl(name: string, given: URL | string): string {
  const url = moduleUrl(name, given);
  if (url.startsWith('file:') && !existsSync(fileURLToPath(url))) {
    throw wrongOption(`${name} must name a file that exists. Received ${url}.`);
  }
  return url;
}

/**
 * Default export of an imported module. For modules compiled to CommonJS, `import()` wraps all
 * exports in `default`.
 */
export function defaultExport(module: object): unknown {
  const { default: exported } = module as { default?: unknown };
  const isCommonJs = typeof exported === 'object' && exported !== null && 'default' in exported;
  return isCommonJs ? exported.default : exported;
}
