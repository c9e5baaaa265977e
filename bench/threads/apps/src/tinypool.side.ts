import { Tinypool } from 'tinypool';

import type { Bytes, Side } from './side.ts';

const WORKER = new URL('./tinypool.worker.js', import.meta.url).href;

export function tinypoolSide(): Side {
  const threads = { runtime: 'worker_threads', minThreads: 1, maxThreads: 1 } as const;
  const pool = new Tinypool({ filename: WORKER, ...threads });
  return {
    nothing: () => pool.run(undefined, { name: 'nothing' }),
    echo: (value) => pool.run(value, { name: 'echo' }),
    move: (bytes) =>
      pool.run(bytes, { name: 'move', transferList: [bytes.buffer] }) as Promise<Bytes>,
  };
}
