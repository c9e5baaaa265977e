import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { wrongType } from './options.ts';

const A_URL = "a URL: new URL('./app.js', import.meta.url)";

/** The URL of a module that is there. @throws TypeError naming option and value */
export function moduleUrl(name: string, given: URL | string): string {
  if (!(given instanceof URL) && typeof given !== 'string') {
    throw wrongType(name, A_URL, given);
  }
  const url = URL.parse(String(given));
  if (url === null) throw wrongType(name, A_URL, given);
  if (url.protocol === 'file:' && !existsSync(fileURLToPath(url))) {
    throw new TypeError(`${name} must name a file that exists. Received ${url.href}.`);
  }
  return url.href;
}
