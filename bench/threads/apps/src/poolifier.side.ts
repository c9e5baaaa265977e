import { fileURLToPath } from 'node:url';

import { FixedThreadPool } from 'poolifier';

import type { Side } from './side.ts';

const WORKER = fileURLToPath(new URL('./poolifier.worker.js', import.meta.url));

/** It has no way to give a result away. Without options it sends each task at once. */
export function poolifierSide(): Side {
  const pool = new FixedThreadPool(1, WORKER);
  return {
    nothing: () => pool.execute(undefined, 'nothing'),
    echo: (value) => pool.execute(value, 'echo'),
  };
}
