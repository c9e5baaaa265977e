import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import type { RunSingleOptions } from 'nestjs-buttress/cluster';
import { onTestFailed, onTestFinished } from 'vitest';

import { freePort } from './free-port.ts';
import type { Exit } from './test-group.ts';
import { until } from './until.ts';

const MAIN = fileURLToPath(new URL('../fixtures/dist/single.js', import.meta.url));

export interface SingleSetup {
  /** A module of `test/fixtures`, without its extension. */
  app: string;
  options?: RunSingleOptions;
  env?: Readonly<Record<string, string>>;
  /** A module that is loaded first, by its URL. */
  preload?: string;
}

/** An application that `runSingle` runs in a process of its own, seen from outside. */
export class SingleProcess {
  readonly port: number;
  readonly #child: ChildProcess;
  #output = '';
  #exit: Exit | undefined;

  constructor({ app, options = {}, env = {}, preload }: SingleSetup, port: number) {
    const first = preload === undefined ? [] : [`--import=${preload}`];
    this.port = port;
    const args = [...first, MAIN, `./${app}.js`, JSON.stringify(options)];
    this.#child = spawn(process.execPath, args, {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { ...process.env, ...env, PORT: String(port) },
    });
    this.#child.stdout?.on('data', (chunk: Buffer) => (this.#output += chunk.toString()));
    this.#child.stderr?.on('data', (chunk: Buffer) => (this.#output += chunk.toString()));
    this.#child.once('close', (code, signal) => (this.#exit = { code, signal }));
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** All that it wrote. */
  get output(): string {
    return this.#output;
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Whoever reads what it writes goes away. */
  closeOutput(): void {
    this.#child.stdout?.destroy();
    this.#child.stderr?.destroy();
  }

  untilExited(withinMs?: number): Promise<Exit> {
    return until('its end', () => this.#exit, withinMs === undefined ? {} : { withinMs });
  }
}

/** Starts an application in a process of its own and waits until it serves. It ends with the test. */
export async function startSingle(setup: SingleSetup): Promise<SingleProcess> {
  const single = await launchSingle(setup);
  await until('the application', () => single.output.includes('serving\n'));
  return single;
}

/** The same, without waiting. */
export async function launchSingle(setup: SingleSetup): Promise<SingleProcess> {
  const single = new SingleProcess(setup, await freePort());
  onTestFailed(() => console.error(single.output));
  onTestFinished(async () => {
    single.signal('SIGKILL');
    await single.untilExited();
  });
  return single;
}
