import { fileURLToPath } from 'node:url';

import { Piscina } from 'piscina';

import type { Side } from './side.ts';

const WORKER = fileURLToPath(new URL('./piscina.worker.js', import.meta.url));

/** Piscina by hand. `sync` is its default: the thread's own loop stands still between tasks. */
export function piscinaSide(atomics: 'disabled' | 'sync'): Side {
  const pool = new Piscina({ filename: WORKER, minThreads: 1, maxThreads: 1, atomics });
  return {
    nothing: () => pool.run(undefined, { name: 'nothing' }),
    echo: (value) => pool.run(value, { name: 'echo' }),
    move: (bytes) => pool.run(bytes, { name: 'move', transferList: [bytes.buffer] }),
  };
}
