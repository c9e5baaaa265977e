import { fileURLToPath } from 'node:url';

import workerpool from 'workerpool';

import type { Bytes, Side } from './side.ts';

const WORKER = fileURLToPath(new URL('./workerpool.worker.js', import.meta.url));

export function workerpoolSide(): Side {
  const pool = workerpool.pool(WORKER, { workerType: 'thread', minWorkers: 1, maxWorkers: 1 });
  return {
    nothing: () => pool.exec('nothing', []),
    echo: (value) => pool.exec('echo', [value]),
    move: (bytes) => pool.exec('move', [bytes], { transfer: [bytes.buffer] }) as PromiseLike<Bytes>,
  };
}
