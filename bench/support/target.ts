import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';

import { freePort } from '../../test/support/free-port.ts';
import { cpuSecondsOf, processTree } from './process-tree.ts';

/** A service under measurement, to be started. */
export interface TargetSpec {
  name: string;
  /** Compiled module of its first process; it sends `ready` when all workers are there. */
  main: string;
  workers: number;
  /** Arguments for Node, for profiles. @default none */
  execArgv?: string[];
  /** Added to its environment. @default nothing */
  env?: Record<string, string>;
}

/** Longest start, in milliseconds. */
const START_WITHIN_MS = 60_000;

/** A running service: its first process and all that this one started. */
export class Target {
  readonly name: string;
  readonly port: number;
  /** The second port that it was given, for probes or pages. */
  readonly metaPort: number;
  readonly #main: ChildProcess;
  readonly #pids: number[];

  private constructor(
    name: string,
    { port, metaPort }: { port: number; metaPort: number },
    main: ChildProcess,
  ) {
    this.name = name;
    this.port = port;
    this.metaPort = metaPort;
    this.#main = main;
    this.#pids = processTree(pidOf(main));
  }

  /** Resolves when every worker takes connections. */
  static async start(spec: TargetSpec): Promise<Target> {
    const { name, main, workers, execArgv = [] } = spec;
    const [port, probesPort] = [await freePort(), await freePort()];
    const env = { PORT: port, PROBES_PORT: probesPort, WORKERS: workers, NODE_ENV: 'production' };
    const child = fork(main, {
      execArgv,
      env: { ...process.env, ...textValues(env), ...spec.env },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    await ready(child, name);
    return new Target(name, { port, metaPort: probesPort }, child);
  }

  /** The first process. */
  get pid(): number {
    return pidOf(this.#main);
  }

  url(path: string): string {
    return `http://127.0.0.1:${this.port}${path}`;
  }

  /** Sends a message to the first process, which answers with one. */
  async ask(message: string): Promise<unknown> {
    const answered = once(this.#main, 'message');
    this.#main.send(message);
    const [answer] = (await answered) as [unknown];
    return answer;
  }

  /**
   * CPU time of all its processes so far, in seconds.
   * @throws Error when processes came or went: their time would be missing
   */
  cpuSeconds(): number {
    const now = processTree(pidOf(this.#main));
    if (now.join(' ') !== this.#pids.join(' ')) {
      throw new Error(`the processes of ${this.name} changed while it was measured`);
    }
    return cpuSecondsOf(now);
  }

  /** Ends its processes at once, the first one first: it would replace the others. */
  async stop(): Promise<void> {
    const exited = once(this.#main, 'exit');
    const pids = processTree(pidOf(this.#main));
    for (const pid of pids) end(pid);
    await exited;
  }
}

/** Starts targets one after the other, does something with them and stops them. */
export async function withTargets<R>(
  specs: readonly TargetSpec[],
  use: (targets: Target[]) => Promise<R>,
): Promise<R> {
  const targets: Target[] = [];
  try {
    // oxlint-disable-next-line no-await-in-loop -- two starts at once slow each other down
    for (const spec of specs) targets.push(await Target.start(spec));
    return await use(targets);
  } finally {
    await Promise.all(targets.map((target) => target.stop()));
  }
}

async function ready(child: ChildProcess, name: string): Promise<void> {
  const { promise: ended, reject } = Promise.withResolvers<never>();
  const onExit = (): void => reject(new Error(`${name} ended before it was ready`));
  const timer = setTimeout(() => {
    child.kill('SIGKILL');
  }, START_WITHIN_MS);
  child.once('exit', onExit);
  try {
    await Promise.race([once(child, 'message'), ended]);
  } finally {
    clearTimeout(timer);
    child.off('exit', onExit);
  }
}

function end(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended by itself.
  }
}

function pidOf({ pid }: ChildProcess): number {
  if (pid === undefined) throw new Error('a process could not be started');
  return pid;
}

function textValues(values: Record<string, string | number>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, String(value)]));
}
