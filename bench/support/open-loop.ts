import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** Load whose arrivals keep to their schedule, whatever the service does. */
export interface OpenLoopSpec {
  port: number;
  path: string;
  /** Arrivals per second, evenly spaced. */
  rate: number;
  seconds: number;
  /** `close`: every arrival opens a connection. A number: so many that stay open. */
  connections: 'close' | number;
}

/** Latencies are in milliseconds, from the time at which a request was due. */
export interface OpenLoopResult {
  sent: number;
  answered: number;
  /** Answered with another status than 200. */
  refused: number;
  /** Reset, closed without an answer, or unanswered at the end. */
  lost: number;
  /** Not answered within a second. */
  stuck: number;
  p50: number;
  p99: number;
  max: number;
  /** Longest time by which the generator itself was late. */
  generatorLag: number;
}

/** What the generator says. */
export type GeneratorMessage = { kind: 'started' } | { kind: 'done'; result: OpenLoopResult };

const GENERATOR = fileURLToPath(new URL('./open-loop.entry.ts', import.meta.url));

/**
 * Runs the load in a process of its own. `onStarted` is called when the connections that stay are
 * open and the first request is due.
 */
export async function openLoop(
  spec: OpenLoopSpec,
  onStarted: () => void = () => undefined,
): Promise<OpenLoopResult> {
  const child = fork(GENERATOR, [JSON.stringify(spec)], { execArgv: [] });
  const { promise: ended, reject } = Promise.withResolvers<never>();
  child.once('exit', (code) => reject(new Error(`the load generator ended with ${code}`)));
  const next = (): Promise<GeneratorMessage[]> =>
    Promise.race([once(child, 'message') as Promise<GeneratorMessage[]>, ended]);
  await next();
  onStarted();
  const [message] = await next();
  child.kill();
  await ended.catch(() => undefined);
  if (message?.kind !== 'done') throw new Error('the load generator spoke out of turn');
  return message.result;
}
