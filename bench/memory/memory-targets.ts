import { fileURLToPath } from 'node:url';

import type { TargetSpec } from '../support/target.ts';

/** Starts of which the median counts. */
export const STARTS = { quick: 1, full: 5 } as const;

/** What a start or a load left behind has been collected after that. */
export const SETTLE_MS = 10_000;

/** An application of this topic. */
export function memoryTarget(name: string, workers: number): TargetSpec {
  const main = fileURLToPath(new URL(`./apps/dist/${name}.main.js`, import.meta.url));
  return { name, main, workers };
}
