import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

import type { Summary } from './tally.ts';

/** One kind of requests among those that arrive. */
export interface OfferedClass {
  name: string;
  path: string;
  headers?: Record<string, string>;
  /** Arrivals per second, one rate after the other. */
  phases: readonly { seconds: number; perSecond: number }[];
}

/** Open-loop load: Poisson arrivals that wait for nobody, over connections that stay open. */
export interface OfferedLoad {
  port: number;
  connections: number;
  classes: readonly OfferedClass[];
  /** What is due before is not counted, in seconds. */
  warmUpSeconds: number;
  seed: number;
}

export interface ClassResult extends Summary {
  /** Neither answered nor refused. */
  lost: number;
  /** Of those refused: with another status than 429 and 503. */
  failed: number;
  /** When the last refused request was due, in milliseconds from the start; 0: there was none. */
  lastRefusedMs: number;
  /** Time that was counted, in seconds. */
  seconds: number;
}

export type LoadResult = Record<string, ClassResult>;

/** What the generator says. */
export interface LoadMessage {
  result: LoadResult;
}

const GENERATOR = fileURLToPath(new URL('./load.entry.ts', import.meta.url));

/** Runs the load in a process of its own. `enough`: ends it before its time. */
export async function offer(load: OfferedLoad, enough?: AbortSignal): Promise<LoadResult> {
  const child = fork(GENERATOR, [JSON.stringify(load)], { execArgv: [] });
  enough?.addEventListener('abort', () => child.connected && child.send('enough'), { once: true });
  const { promise: ended, reject } = Promise.withResolvers<never>();
  child.once('exit', (code) => reject(new Error(`the load generator ended with ${code}`)));
  const [message] = (await Promise.race([once(child, 'message'), ended])) as LoadMessage[];
  child.kill();
  await ended.catch(() => undefined);
  if (message === undefined) throw new Error('the load generator said nothing');
  return message.result;
}
