import {
  type MessagePort,
  receiveMessageOnPort,
  type Transferable,
  type Worker,
} from 'node:worker_threads';

import { ignore } from '../common/ignore.ts';
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

type Booted = Extract<ThreadMessage, { kind: 'booted' }>;

/** Main-thread side of a pool thread. */
export class LiveThread implements PoolThread {
  readonly id: number;
  state: ThreadState = 'BOOTING';
  readonly #worker: Worker;
  #port: MessagePort | undefined;
  #cancelled = new SharedCell();
  #onAnswer: (answer: ThreadAnswer) => void = ignore;

  constructor(worker: Worker) {
    this.id = worker.threadId;
    this.#worker = worker;
  }

  /** Makes it ready for calls; it answers each once. */
  open({ port, cancelled }: Booted, onAnswer: (answer: ThreadAnswer) => void): void {
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

  /** Terminates the thread; it gets no further call even if it answers just now. */
  terminate(): void {
    if (this.state === 'READY') this.state = 'ENDING';
    void this.#worker.terminate();
  }

  /** Handles the end of the thread; delivers answers that it sent before. */
  end(): void {
    this.state = 'GONE';
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
