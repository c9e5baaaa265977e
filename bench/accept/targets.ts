import { fileURLToPath } from 'node:url';

import type { TargetSpec } from '../support/target.ts';

/** The same application, behind three ways of sharing one port. */
export type TargetName = 'buttress' | 'round-robin' | 'reuse-port';

/** How a target is started. The applications are compiled by `npm run build:bench`. */
export function target(name: TargetName, workers: number): TargetSpec {
  const main = fileURLToPath(new URL(`./apps/dist/${name}.main.js`, import.meta.url));
  return { name, main, workers };
}
