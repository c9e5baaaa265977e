import { type ChildProcess, fork } from 'node:child_process';
import cluster, { type Address } from 'node:cluster';
import type { Socket } from 'node:net';
import { fileURLToPath } from 'node:url';

import { encodeFrame, FrameDecoder } from '../../channel/frames.ts';
import { availableMemory } from '../../common/available-memory.ts';
import {
  asHandoffReply,
  asWorkerMessage,
  type HandoffMessage,
  type HandoffReply,
  type PrimaryMessage,
  type WorkerMessage,
} from '../protocol/control-messages.ts';
import { CONTROL_FD, MAX_CONTROL_FRAME_BYTES } from '../protocol/control-pipe.ts';
import type { Held } from '../protocol/transport.ts';
import { bootEnvironment, type WorkerBoot } from '../protocol/worker-boot.ts';
import type { StartedWith } from '../takeover/started-with.ts';
import { boundChannel } from './channel-bound.ts';
import { withoutInspector, workerArguments } from './worker-arguments.ts';

/** How connections reach a worker: Node's `send(message, handle)`, on every platform with it. */
export interface Handoff {
  handOff(message: HandoffMessage, held: Held): void;
}

/** A worker process, as the primary sees it. */
export interface WorkerProcess extends Handoff {
  readonly pid: number;
  send(message: PrimaryMessage): void;
  kill(signal: NodeJS.Signals): void;
}

export interface WorkerProcessEvents {
  onMessage(message: WorkerMessage): void;
  onReply(reply: HandoffReply): void;
  /** A server of the worker listens without us, shared by `cluster` itself. */
  onUnmanaged(address: string): void;
  /**
   * The process has ended and everything that it wrote has been read. Called once, with the reason
   * where neither code nor signal tells it.
   */
  onExit(code: number | null, signal: string | null, reason?: string): void;
}

/** The reason of a process that there never was. */
export function notStarted(error: unknown): string {
  return `not started: ${error instanceof Error ? error.message : String(error)}`;
}

/** `descriptors`: what the worker gets besides, from its descriptor 5 on. */
export type SpawnWorker = (
  boot: WorkerBoot,
  events: WorkerProcessEvents,
  descriptors: readonly number[],
) => WorkerProcess;

const ENTRY = fileURLToPath(new URL('../worker/worker.entry.js', import.meta.url));

const STDIO: ('ignore' | 'inherit' | 'pipe' | 'ipc' | number)[] = [
  'ignore',
  'inherit',
  'inherit',
  'pipe',
  'ipc',
];

/** The handle stays open here until the worker has claimed it. */
const KEEP_OPEN = { keepOpen: true };

/** Longest wait for the end of both channels after the process ended, in milliseconds. */
const READ_REST_MS = 1_000;

/**
 * Starts workers. Application workers are forked by `cluster`, so that servers of theirs that are
 * not under our queue are shared as Node shares them; the meta process is a plain child.
 */
export const workerSpawner =
  (startedWith: StartedWith): SpawnWorker =>
  (boot, events, descriptors) => {
    const { cwd, staleVariables } = startedWith;
    const env = { ...staleVariables, ...bootEnvironment(boot) };
    const common = { stdio: [...STDIO, ...descriptors], cwd };
    if (boot.role === 'meta') {
      const options = { ...common, env: { ...process.env, ...env }, execArgv: withoutInspector() };
      return new ForkedWorker(() => fork(ENTRY, options), events);
    }
    const execArgv = workerArguments(availableMemory() / boot.workers);
    cluster.setupPrimary({ ...common, exec: ENTRY, args: process.argv.slice(2), execArgv });
    return new ForkedWorker(() => forkWorker(env, events), events);
  };

function forkWorker(env: NodeJS.ProcessEnv, events: WorkerProcessEvents): ChildProcess {
  const worker = cluster.fork(env);
  // The same error reaches the child process, where it is handled.
  worker.on('error', ignore);
  worker.on('listening', (address) => events.onUnmanaged(nameOfUnmanaged(address)));
  return worker.process;
}
class ForkedWorker implements WorkerProcess {
  readonly #child: ChildProcess;
  readonly #control: Socket | undefined;
  readonly #decoder = new FrameDecoder(MAX_CONTROL_FRAME_BYTES);

  /** Why it is killed, when it is for what it sent. */
  #offence: string | undefined;

  constructor(start: () => ChildProcess, events: WorkerProcessEvents) {
    const child = boundChannel(start, () => this.#killFor('it sent a message that does not end'));
    this.#child = child;
    // A process that could not be started has no pipes at all.
    const stdio = child.stdio as ChildProcess['stdio'] | undefined;
    this.#control = stdio?.[CONTROL_FD] as Socket | undefined;
    this.#control?.on('error', () => this.#control?.destroy());
    this.#control?.on('data', (chunk: Buffer) => this.#receive(chunk, events));
    child.on('message', (value) => {
      const reply = asHandoffReply(value);
      if (reply !== undefined) events.onReply(reply);
    });
    this.#watchExit(events);
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  send(message: PrimaryMessage): void {
    if (this.#control?.writable === true) this.#control.write(encodeFrame(message));
  }

  handOff(message: HandoffMessage, held: Held): void {
    if (!this.#child.connected) return;
    // An error here means that the worker is going: its end gives the connection back.
    this.#child.send(message, held.toSocket(), KEEP_OPEN, ignore);
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  #receive(chunk: Buffer, events: WorkerProcessEvents): void {
    try {
      for (const value of this.#decoder.push(chunk)) {
        const message = asWorkerMessage(value);
        if (message !== undefined) events.onMessage(message);
      }
    } catch {
      this.#killFor('it sent what is no message of our protocol');
    }
  }

  /** A worker that can't be understood can't be supervised. */
  #killFor(offence: string): void {
    this.#offence = offence;
    this.kill('SIGKILL');
  }

  #watchExit(events: WorkerProcessEvents): void {
    let isReported = false;
    const report: WorkerProcessEvents['onExit'] = (code, signal, reason = this.#offence) => {
      if (isReported) return;
      isReported = true;
      events.onExit(code, signal, reason);
    };
    this.#child.once('error', (error) => {
      if (this.#child.pid === undefined) report(null, null, notStarted(error));
    });
    // Closed: it has ended, and everything that it wrote on either channel has been read.
    this.#child.once('close', (code, signal) => report(code, signal));
    this.#child.once('exit', (code, signal) => {
      setTimeout(() => report(code, signal), READ_REST_MS).unref();
    });
  }
}

function nameOfUnmanaged({ address, port }: Address): string {
  return port < 0 ? address : `${address ?? '[::]'}:${port}`;
}

function ignore(): void {}
