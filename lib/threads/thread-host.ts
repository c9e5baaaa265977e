import { MessageChannel, type MessagePort, threadId } from 'node:worker_threads';

import { collectGarbage, collectAll } from '../common/process/collect-garbage.ts';
import { processLifecycle } from '../common/process/lifecycle.ts';
import { printError } from '../common/redaction/print-error.ts';
import { redirectLines } from '../logging/line-destination.ts';
import { processSettings } from '../reports/process-settings.ts';
import { processStats } from '../stats/process-stats.ts';
import { CallRunner } from './call-runner.ts';
import type { ThreadBoot, ThreadMessage, ThreadMessageEnvelope } from './protocol.ts';
import { encodeError } from './remote-error.ts';
import { SharedCell } from './shared-cell.ts';
import { loadThreadContext, problemsOf } from './thread-loading.ts';
import type { ThreadContext } from './thread-runtime.module.ts';
import { isOrder, unpackTask, type WireInput } from './wire.ts';

/** Interval at which statistics are sent to the main thread. */
const STATS_MS = 1_000;

/** Length of a statistics interval in a thread. */
const ROTATE_MS = 10_000;

/** First time without a call after which a thread gives back memory that its boot left. */
const BOOT_MS = 5_000;

/** Time without a call after which a thread gives back memory that its calls left. */
const IDLE_MS = 60_000;

/**
 * Host of a pool thread: boots the application's context once, then opens a port for calls to its
 * providers' methods.
 */
export class ThreadHost {
  readonly #boot: ThreadBoot;
  readonly #parent: MessagePort;
  #collection = setTimeout(() => this.#collectBoot(), BOOT_MS).unref();
  #hasCounted = false;

  /** @param parent the thread's own port, which Piscina uses, too */
  constructor(boot: ThreadBoot, parent: MessagePort) {
    this.#boot = boot;
    this.#parent = parent;
    processLifecycle().identify(boot.identity);
    redirectLines({ write: (line) => this.#tell({ kind: 'line', line }) });
  }

  async boot(): Promise<void> {
    try {
      const context = await loadThreadContext(this.#boot);
      this.#reportStats();
      this.#open(context);
    } catch (error) {
      this.#tell({ kind: 'boot-failed', thread: threadId, error: encodeError(error) });
    }
  }

  #open(context: ThreadContext): void {
    this.#collection.refresh();
    const { port1: own, port2: port } = new MessageChannel();
    const cancelled = new SharedCell();
    const runner = new CallRunner(context, { port: own, cancelled });
    own.on('message', (input: WireInput) => this.#onInput(input, context, runner));
    own.on('messageerror', (error: Error) => runner.refuse(error));
    const methods = [...context.methods.keys()];
    const problems = problemsOf(this.#boot, context);
    const { memory } = cancelled;
    this.#tell(
      { kind: 'booted', thread: threadId, methods, problems, port, cancelled: memory },
      port,
    );
  }

  #onInput(input: WireInput, context: ThreadContext, runner: CallRunner): void {
    if (!isOrder(input)) {
      this.#hasCounted = true;
      this.#collection.refresh();
      void runner.run(unpackTask(input));
    } else if (input.kind === 'cancel') {
      runner.cancel(input.call, input.reason);
    } else if (input.kind === 'settings') {
      processSettings().follow(input.overrides);
    } else {
      void this.#close(context);
    }
  }

  /** Drops code of the boot once, with that of the first calls; later ones keep theirs. */
  #collectBoot(): void {
    collectAll();
    this.#collection = setTimeout(() => collectGarbage(), IDLE_MS).unref();
  }

  async #close({ app }: ThreadContext): Promise<void> {
    try {
      await app.close();
    } catch (error) {
      printError(error);
    }
    this.#tellStats();
    this.#tell({ kind: 'closed', thread: threadId });
  }

  #reportStats(): void {
    setInterval(() => this.#tellStats(), STATS_MS).unref();
    setInterval(() => processStats().rotate(ROTATE_MS), ROTATE_MS).unref();
  }

  #tellStats(): void {
    if (!this.#hasCounted) return;
    this.#hasCounted = false;
    this.#tell({ kind: 'stats', thread: threadId, stats: processStats().snapshot() });
  }

  #tell(message: ThreadMessage, ...transfer: MessagePort[]): void {
    const envelope: ThreadMessageEnvelope = { buttress: message };
    this.#parent.postMessage(envelope, transfer);
  }
}
