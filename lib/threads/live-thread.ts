import { type MessagePort, receiveMessageOnPort, type Transferable } from 'node:worker_threads';

import { ignore } from '../common/ignore.ts';
import { within } from '../common/within.ts';
import type { AbortReason } from '../context/context.errors.ts';
import type { ThreadAnswer, ThreadMessage, ThreadOrder, ThreadTask } from './protocol.ts';
import { SharedCell } from './shared-cell.ts';
import { packTask, unpackAnswer, type WireAnswer, type WireInput } from './wire.ts';

/** Life cycle of a thread. */
export type ThreadState = 'BOOTING' | 'READY' | 'ENDING' | 'FAILED' | 'GONE';

export interface PoolThread {
  readonly id: number;
  readonly state: ThreadState;
}

export type BootedMessage = Extract<ThreadMessage, { kind: 'booted' }>;

/** A thread that has been started. */
export interface StartedThread {
  readonly id: number;
  /** In milliseconds on the pool's clock. */
  readonly startedAt: number;
  /** Ends it at once; resolves when it has ended. */
  terminate(): Promise<void>;
}

/** Main-thread side of a pool thread. */
export class LiveThread implements PoolThread {
  readonly id: number;
  readonly startedAt: number;
  state: ThreadState = 'BOOTING';
  readonly #thread: StartedThread;
  readonly #hooks = Promise.withResolvers<void>();
  #closing: Promise<void> | undefined;
  #port: MessagePort | undefined;
  #cancelled = new SharedCell();
  #onAnswer: (answer: ThreadAnswer) => void = ignore;

  constructor(thread: StartedThread) {
    this.id = thread.id;
    this.startedAt = thread.startedAt;
    this.#thread = thread;
  }

  /** Makes it ready for calls; it answers each once. */
  open({ port, cancelled }: BootedMessage, onAnswer: (answer: ThreadAnswer) => void): void {
    this.state = 'READY';
    this.#port = port;
    this.#cancelled = new SharedCell(cancelled);
    this.#onAnswer = onAnswer;
    port.on('message', (answer: WireAnswer) => onAnswer(unpackAnswer(answer)));
    port.on('messageerror', (error: Error) => onAnswer(unreadable(error)));
    // Pending calls keep the process alive, not the port.
    port.unref();
  }

  /** @throws DataCloneError if a part can't be copied; nothing is sent then */
  post(task: ThreadTask, transfer: readonly Transferable[] | undefined): void {
    const input: WireInput = packTask(task);
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- threads have none
    this.#port?.postMessage(input, transfer);
  }

  order(order: ThreadOrder): void {
    const input: WireInput = order;
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- threads have none
    this.#port?.postMessage(input);
  }

  /** Cancels an abandoned call. */
  cancel(call: number, reason: AbortReason): void {
    this.#cancelled.value = call;
    this.order({ kind: 'cancel', call, reason });
  }

  /** Runs the shutdown hooks of a ready thread; resolves when they have, or after `graceMs`. */
  async close(graceMs: number): Promise<void> {
    if (this.state === 'READY') {
      this.state = 'ENDING';
      this.order({ kind: 'close' });
      this.#closing = within(this.#hooks.promise, graceMs);
    }
    await this.#closing;
  }

  /** Call this when its shutdown hooks have run. */
  closed(): void {
    this.#hooks.resolve();
  }

  /** Terminates the thread; it gets no further call even if it answers just now. */
  async terminate(): Promise<void> {
    if (this.state === 'READY') this.state = 'ENDING';
    await this.#thread.terminate();
  }

  /** Handles the end of the thread; delivers answers that it sent before. */
  end(): void {
    this.state = 'GONE';
    this.#hooks.resolve();
    const port = this.#port;
    if (port === undefined) return;
    this.#port = undefined;
    for (let got = receiveMessageOnPort(port); got; got = receiveMessageOnPort(port)) {
      this.#onAnswer(unpackAnswer(got.message as WireAnswer));
    }
    port.close();
  }
}

function unreadable({ message }: Error): ThreadAnswer {
  const what = `can't be read: ${message}`;
  return { outcome: { kind: 'uncloneable', path: 'result', what }, runMs: 0 };
}
