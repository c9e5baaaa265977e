import cluster from 'node:cluster';

import { monotonicClock } from '../common/clock.ts';
import { descriptorLimit } from '../common/descriptor-limit.ts';
import {
  GroupStartError,
  GroupUseError,
  TransportError,
  UnsupportedNodeError,
  UnsupportedPlatformError,
} from './cluster.errors.ts';
import {
  type GroupOptions,
  type ResolvedGroupOptions,
  resolveGroupOptions,
  thisMachine,
} from './group.options.ts';
import { loadTransport } from './load-transport.ts';
import { type PrimaryLog, stderrLog } from './primary-log.ts';
import { Primary } from './primary.ts';
import { listenToSignals } from './signals.ts';
import { spawnWorker } from './worker-process.ts';

type GroupState =
  | { kind: 'NEW' }
  | { kind: 'SERVING'; primary: Primary; ignoreSignals: () => void }
  | { kind: 'CLOSING'; closed: Promise<void> };

/**
 * A group of worker processes behind one bounded accept queue. The process that makes it is the
 * primary: it runs no application code.
 *
 * @example
 * await new Group({ app: new URL('./app.js', import.meta.url) }).serve();
 *
 * @throws TypeError, RangeError for a wrong option, before anything is started
 * @throws UnsupportedNodeError on a Node older than 22.19
 */
export class Group {
  /** The options with all defaults: plain and frozen. */
  readonly options: Readonly<ResolvedGroupOptions>;
  readonly #descriptors = descriptorLimit();
  readonly #log: PrimaryLog = stderrLog(process.stderr);
  #state: GroupState = { kind: 'NEW' };

  constructor(options: GroupOptions) {
    if (!isSupported(process.versions.node)) throw new UnsupportedNodeError(process.version);
    this.options = resolveGroupOptions(options, thisMachine(this.#descriptors));
  }

  /**
   * Serves until a signal ends it. Resolves when the first worker is READY. When no worker gets
   * there, or an address can't be had, prints the reason in one line and ends the process with
   * code 1.
   *
   * Signals: INT and TERM drain and end; a second one ends at once. HUP ends too on a terminal.
   *
   * @throws UnsupportedPlatformError on Windows
   * @throws GroupUseError when called twice, or in a worker
   */
  async serve(): Promise<void> {
    if (process.platform === 'win32') throw new UnsupportedPlatformError('Windows');
    if (cluster.isWorker) throw new GroupUseError('A worker can not be the primary of a Group');
    if (this.#state.kind !== 'NEW') throw new GroupUseError('This Group serves already');
    const primary = new Primary(this.options, {
      clock: monotonicClock,
      random: Math.random,
      log: this.#log,
      spawn: spawnWorker,
      transport: () => loadTransport(this.options.acceptQueue.transport, this.#log),
      descriptors: this.#descriptors,
    });
    const ignoreSignals = listenToSignals({
      drain: () => void this.#end(),
      end: (code) => {
        primary.kill();
        process.exit(code);
      },
    });
    this.#state = { kind: 'SERVING', primary, ignoreSignals };
    await primary.start().catch((error: unknown) => this.#failStart(primary, error));
  }

  /** Drains and ends the group; resolves when every process is gone. */
  close(): Promise<void> {
    const state = this.#state;
    if (state.kind === 'NEW') return Promise.resolve();
    if (state.kind === 'CLOSING') return state.closed;
    const closed = state.primary.stop().finally(state.ignoreSignals);
    this.#state = { kind: 'CLOSING', closed };
    return closed;
  }

  async #end(): Promise<void> {
    if (this.#state.kind === 'CLOSING') return;
    this.#log('info', 'draining');
    await this.close();
    this.#log('info', 'ended');
    process.exit(0);
  }

  #failStart(primary: Primary, error: unknown): void {
    if (!(error instanceof GroupStartError || error instanceof TransportError)) throw error;
    primary.kill();
    this.#log('error', error.message, { code: error.code });
    process.exit(1);
  }
}

function isSupported(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > 22 || (major === 22 && minor >= 19);
}
