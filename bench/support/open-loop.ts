import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** Load whose arrivals keep to their schedule, whatever the service does. */
export interface OpenLoadSpec {
  port: number;
  path: string;
  /** Arrivals per second, evenly spaced. */
  rate: number;
  /** `close`: every arrival opens a connection. A number: so many that stay open. */
  connections: 'close' | number;
}

export interface OpenLoopSpec extends OpenLoadSpec {
  seconds: number;
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
  /** Of answers with status 200. */
  servedP99: number;
  /** Of answers with another status; 0: there were none. */
  refusedP99: number;
  /** Longest time by which the generator itself was late. */
  generatorLag: number;
}

/** What the generator is told. */
export interface GeneratorOrder {
  seconds: number;
}

/** What the generator says. */
export type GeneratorMessage = { kind: 'open' } | { kind: 'done'; result: OpenLoopResult };

const GENERATOR = fileURLToPath(new URL('./open-loop.entry.ts', import.meta.url));

/** Load from a process of its own; its connections that stay open do so from one run to the next. */
export class OpenLoad {
  readonly #child: ChildProcess;
  readonly #ended: Promise<never>;

  private constructor(spec: OpenLoadSpec) {
    this.#child = fork(GENERATOR, [JSON.stringify(spec)], { execArgv: [] });
    const { promise, reject } = Promise.withResolvers<never>();
    this.#ended = promise;
    this.#ended.catch(() => undefined);
    this.#child.once('exit', (code) => reject(new Error(`the load generator ended with ${code}`)));
  }

  /** Resolves when the connections that stay are open. */
  static async open(spec: OpenLoadSpec): Promise<OpenLoad> {
    const load = new OpenLoad(spec);
    await load.#next();
    return load;
  }

  async run(seconds: number): Promise<OpenLoopResult> {
    this.#child.send({ seconds } satisfies GeneratorOrder);
    const message = await this.#next();
    if (message?.kind !== 'done') throw new Error('the load generator spoke out of turn');
    return message.result;
  }

  async close(): Promise<void> {
    this.#child.kill();
    await this.#ended.catch(() => undefined);
  }

  async #next(): Promise<GeneratorMessage | undefined> {
    const said = once(this.#child, 'message') as Promise<GeneratorMessage[]>;
    const [message] = await Promise.race([said, this.#ended]);
    return message;
  }
}

/**
 * Runs the load once. `onStarted` is called when the connections that stay are open and the first
 * request is due.
 */
export async function openLoop(
  { seconds, ...spec }: OpenLoopSpec,
  onStarted: () => void = () => undefined,
): Promise<OpenLoopResult> {
  const load = await OpenLoad.open(spec);
  try {
    onStarted();
    return await load.run(seconds);
  } finally {
    await load.close();
  }
}
