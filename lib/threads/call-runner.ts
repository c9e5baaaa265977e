import type { MessagePort, Transferable } from 'node:worker_threads';

import { processClock } from '../common/clock.ts';
import type { AbortReason } from '../context/context.errors.ts';
import { revivedContext } from '../context/context.ts';
import { storage } from '../context/storage.ts';
import { clonable, reviveBuffers } from './clone-values.ts';
import type { ThreadAnswer, ThreadOutcome, ThreadTask } from './protocol.ts';
import { encodeError } from './remote-error.ts';
import { sampleOf } from './sample.ts';
import type { SharedCell } from './shared-cell.ts';
import { ThreadCall } from './thread-call.ts';
import type { ThreadContext } from './thread-runtime.module.ts';
import { runningCalls } from './thread-scope.ts';
import { trailOf } from './thread-trail.ts';
import { takeTransferList, transferable } from './transfer.ts';
import { findUncloneable } from './uncloneable.ts';
import { packAnswer } from './wire.ts';

type Measured = Pick<ThreadAnswer, 'runMs' | 'busyMs' | 'trail'>;

/** Port for answers, and cell with the number of the cancelled call. */
interface CallLink {
  port: MessagePort;
  cancelled: SharedCell;
}

/** Runs calls in a pool thread, one at a time, and posts the answers. */
export class CallRunner {
  readonly #context: ThreadContext;
  readonly #link: CallLink;
  #present: ThreadCall | undefined;

  constructor(context: ThreadContext, link: CallLink) {
    this.#context = context;
    this.#link = link;
  }

  /** Runs a call and posts exactly one answer. */
  async run(task: ThreadTask): Promise<void> {
    const call = new ThreadCall(task, this.#link.cancelled);
    this.#present = call;
    reviveBuffers(task.buffers);
    const before = task.isTimed ? performance.eventLoopUtilization() : undefined;
    const startedAt = processClock.now();
    const measured = (): Measured => ({
      runMs: processClock.now() - startedAt,
      busyMs: before && performance.eventLoopUtilization(before).active,
      trail: trailOf(call.request, startedAt),
    });
    let value: unknown;
    try {
      value = await this.#call(task, call);
    } catch (error) {
      this.#post({ outcome: { kind: 'error', error: encodeError(error) }, ...measured() });
      return;
    }
    this.#give(value, task, measured());
  }

  /** Answers a task that could not be deserialized. */
  refuse({ message }: Error): void {
    const what = `can't be read: ${message}`;
    this.#post({ outcome: { kind: 'uncloneable', path: 'args', what }, runMs: 0 });
  }

  cancel(call: number, reason: AbortReason): void {
    if (this.#present?.id === call) this.#present.cancel(reason);
  }

  /** @throws the method's error */
  async #call({ id, args, context }: ThreadTask, call: ThreadCall): Promise<unknown> {
    const method = this.#context.methods.get(id);
    if (method === undefined) throw new Error(`${id} is not in this thread`);
    const { original } = method.method;
    const instance = method.instance ?? (await this.#context.make(method.token));
    const run = (): unknown => original.apply(instance, args);
    if (context === undefined) return runningCalls.run(call, run);
    const request = revivedContext(context);
    call.request = request;
    try {
      return await storage.run(request, () => runningCalls.run(call, run));
    } finally {
      request.end();
    }
  }

  #give(value: unknown, task: ThreadTask, measured: Measured): void {
    const asked = transferable(takeTransferList(value));
    try {
      const { transfer, copiedBytes, ...copy } = clonable(value, asked);
      const outcome: ThreadOutcome = { kind: 'value', ...copy };
      // Measured in the thread, where it delays no request.
      const sample =
        task.sampled &&
        sampleOf(
          { value: task.args, ...task.sampled },
          { value: copy.value, transfer, copiedBytes },
        );
      this.#post({ outcome, ...measured, sample }, transfer);
    } catch (error) {
      this.#post({ outcome: uncloneable(value, { transfer: asked, error }), ...measured });
    }
  }

  #post(answer: ThreadAnswer, transfer?: readonly Transferable[]): void {
    this.#link.port.postMessage(packAnswer(answer), transfer);
    this.#present = undefined;
  }
}

/** Locates the part of the result that can't be copied. */
function uncloneable(
  value: unknown,
  { transfer, error }: { transfer: readonly Transferable[] | undefined; error: unknown },
): ThreadOutcome {
  const found = findUncloneable(value, transfer);
  const { path = '', what = `can't be copied: ${String(error)}` } = found ?? {};
  return { kind: 'uncloneable', path: `result${path}`, what };
}
