import { type ChildProcess, fork } from 'node:child_process';
import cluster, { type Address } from 'node:cluster';
import type { Socket } from 'node:net';
import { fileURLToPath } from 'node:url';

import { encodeFrame, FrameDecoder } from '../../channel/frames.ts';
import { thrownMessage } from '../../common/errors/to-error.ts';
import { ownFile } from '../../common/files/own-file.ts';
import { ignore } from '../../common/ignore.ts';
import { availableMemory } from '../../common/process/available-memory.ts';
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
import { hasYoungSize, metaArguments, workerArguments } from './worker-arguments.ts';

/** A worker process, as the primary sees it. */
export interface WorkerProcess {
  readonly pid: number;
  /** Passes a connection with Node's `send(message, handle)`. */
  handOff(message: HandoffMessage, held: Held): void;
  send(message: PrimaryMessage): void;
  kill(signal: NodeJS.Signals): void;
}

export interface WorkerProcessEvents {
  onMessage(message: WorkerMessage): void;
  onReply(reply: HandoffReply): void;
  /** A server of the worker listens outside the accept queue, shared by `cluster` itself. */
  onUnmanaged(address: string): void;
  /**
   * Called once when the process has ended and its output has been read; `reason` if neither
   * code nor signal explains it.
   */
  onExit(code: number | null, signal: string | null, reason?: string): void;
}

/** Exit reason of a process that failed to start. */
function notStarted(error: unknown): string {
  return `not started: ${thrownMessage(error)}`;
}

/** `descriptors`: passed to the worker, where they start at 5. */
export type SpawnWorker = (
  boot: WorkerBoot,
  events: WorkerProcessEvents,
  descriptors: readonly number[],
) => WorkerProcess;

export interface Launch {
  boot: () => WorkerBoot;
  events: WorkerProcessEvents;
  /** Link to the worker; none on `ipc`, an error when descriptors have run out. */
  link: { readonly stdio: readonly number[] } | Error | undefined;
}

/**
 * Starts a worker; undefined when the machine is out of some resource. Then the exit follows, as a
 * retry may succeed.
 */
export function launch(
  spawn: SpawnWorker,
  { boot, events, link }: Launch,
): WorkerProcess | undefined {
  try {
    if (link instanceof Error) throw link;
    return spawn(boot(), events, link?.stdio ?? []);
  } catch (error) {
    setImmediate(() => events.onExit(null, null, notStarted(error)));
    return undefined;
  }
}

const ENTRY = fileURLToPath(ownFile('cluster/worker/worker.entry.js'));

const STDIO: ('ignore' | 'inherit' | 'pipe' | 'ipc' | number)[] = [
  'ignore',
  'inherit',
  'inherit',
  'pipe',
  'ipc',
];

/** Keeps the primary's handle open until the worker has claimed it. */
const KEEP_OPEN = { keepOpen: true };

/** For glibc: memory that each thread keeps for itself is 4 MB in a process that is mostly idle. */
const ONE_ARENA = { MALLOC_ARENA_MAX: '1' };

/** Longest wait for both channels to end after the process's exit. */
const READ_REST_MS = 1_000;

/**
 * Starts workers. Application workers are forked by `cluster`, which shares their servers outside
 * our accept queue; the meta process is a plain child.
 */
export const workerSpawner =
  (startedWith: StartedWith): SpawnWorker =>
  (boot, events, descriptors) => {
    const { cwd, staleVariables } = startedWith;
    const sized = hasYoungSize() ? boot : { ...boot, isMainThreadSized: true };
    const env = { ...staleVariables, ...bootEnvironment(sized) };
    const common = { stdio: [...STDIO, ...descriptors], cwd };
    if (boot.role === 'meta') {
      const metaEnv = { ...ONE_ARENA, ...process.env, ...env };
      const options = { ...common, env: metaEnv, execArgv: metaArguments() };
      return new ForkedWorker(() => fork(ENTRY, options), events);
    }
    const execArgv = workerArguments(availableMemory() / boot.workers);
    cluster.setupPrimary({ ...common, exec: ENTRY, args: process.argv.slice(2), execArgv });
    return new ForkedWorker(() => forkWorker(env, events), events);
  };

function forkWorker(env: NodeJS.ProcessEnv, events: WorkerProcessEvents): ChildProcess {
  const worker = cluster.fork(env);
  // Handled on the child process, which emits the same error.
  worker.on('error', ignore);
  worker.on('listening', (address) => events.onUnmanaged(nameOfUnmanaged(address)));
  return worker.process;
}
class ForkedWorker implements WorkerProcess {
  readonly #child: ChildProcess;
  readonly #control: Socket | undefined;
  readonly #decoder = new FrameDecoder(MAX_CONTROL_FRAME_BYTES);

  /** Protocol violation for which it is killed. */
  #offence: string | undefined;

  constructor(start: () => ChildProcess, events: WorkerProcessEvents) {
    const child = boundChannel(start, () => this.#killFor('it sent an IPC message over the limit'));
    this.#child = child;
    // A process that failed to start has no pipes.
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
    // An error means that the worker is ending, which returns the connection.
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
      this.#killFor('it sent an invalid control message');
    }
  }

  /** Kills a worker that violates the protocol: it can't be supervised. */
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
    // `close`: it has ended, and both channels have been read to the end.
    this.#child.once('close', (code, signal) => report(code, signal));
    this.#child.once('exit', (code, signal) => {
      setTimeout(() => report(code, signal), READ_REST_MS).unref();
    });
  }
}

function nameOfUnmanaged({ address, port }: Address): string {
  return port < 0 ? address : `${address ?? '[::]'}:${port}`;
}
