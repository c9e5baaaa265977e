import { fileURLToPath } from 'node:url';

import { Piscina } from 'piscina';

import { Hasher, serve } from './serve.ts';

const WORKER = fileURLToPath(new URL('./hand-written.worker.js', import.meta.url));

/** Piscina as its documentation has it, with the work in a file of its own. */
class PooledHasher extends Hasher {
  readonly #pool = new Piscina<number, string>({
    filename: WORKER,
    minThreads: 1,
    maxThreads: 1,
  });

  hash(blocks: number): Promise<string> {
    return this.#pool.run(blocks);
  }
}

await serve({ providers: [{ provide: Hasher, useClass: PooledHasher }] });
