import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

import type { OpenLoopResult } from './open-loop.ts';

/** Load as in `openLoop`, in several runs on the same connections. */
export interface KeptLoadSpec {
  port: number;
  path: string;
  /** Arrivals per second, evenly spaced. */
  rate: number;
  /** Connections, which stay open. */
  connections: number;
}

/** What the generator is told. */
export interface KeptLoadOrder {
  seconds: number;
}

/** What the generator says. */
export type KeptLoadMessage = { kind: 'open' } | { kind: 'done'; result: OpenLoopResult };

const GENERATOR = fileURLToPath(new URL('./kept-load.entry.ts', import.meta.url));

/**
 * Load from a process of its own, on connections that stay open from one run to the next: a run
 * opens none and closes none.
 */
export class KeptLoad {
  readonly #child: ChildProcess;
  readonly #ended: Promise<never>;

  private constructor(spec: KeptLoadSpec) {
    this.#child = fork(GENERATOR, [JSON.stringify(spec)], { execArgv: [] });
    const { promise, reject } = Promise.withResolvers<never>();
    this.#ended = promise;
    this.#ended.catch(() => undefined);
    this.#child.once('exit', (code) => reject(new Error(`the load generator ended with ${code}`)));
  }

  /** Resolves when all connections are open. */
  static async open(spec: KeptLoadSpec): Promise<KeptLoad> {
    const load = new KeptLoad(spec);
    await load.#next();
    return load;
  }

  async run(seconds: number): Promise<OpenLoopResult> {
    this.#child.send({ seconds } satisfies KeptLoadOrder);
    const message = await this.#next();
    if (message.kind !== 'done') throw new Error('the load generator spoke out of turn');
    return message.result;
  }

  async close(): Promise<void> {
    this.#child.kill();
    await this.#ended.catch(() => undefined);
  }

  async #next(): Promise<KeptLoadMessage> {
    const said = once(this.#child, 'message') as Promise<KeptLoadMessage[]>;
    const [message] = await Promise.race([said, this.#ended]);
    if (message === undefined) throw new Error('the load generator said nothing');
    return message;
  }
}
