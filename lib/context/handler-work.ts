import type { HookReply, RequestHook } from '../common/request-hooks.ts';

/** What a request takes up until its handler has ended. */
export interface HandlerHold {
  /** The handler has ended, or the response did before a handler began. */
  release(reply: HookReply): void;
  /** The handler begins after all, though the hold was released. */
  retake(): void;
  /** The handler goes on after its response, or has returned without an answer. */
  outlive(work: HandlerWork, reply: HookReply): void;
}

/**
 * ```
 * NONE -> RUNNING -----------------> ENDED
 *            |                         ^
 *            +-> RETURNED (no answer) -+
 * ```
 */
type Phase = 'NONE' | 'RUNNING' | 'RETURNED' | 'ENDED';

/**
 * The handler of one request, from its start to its end. It ends when it answers; its promise tells
 * later, for Fastify's replies are promises of a response that was sent. The end of the response
 * tells nothing: a client may leave long before, or read long after.
 */
export class HandlerWork {
  #phase: Phase = 'NONE';
  #hold: HandlerHold | undefined;
  /** Was released before the handler began. */
  #released: HandlerHold | undefined;
  #promise: PromiseLike<unknown> | undefined;
  #beforeStart: RequestHook | undefined;

  get isRunning(): boolean {
    return this.#phase === 'RUNNING';
  }

  /** Holds something until the handler has ended. One hold per request. */
  hold(hold: HandlerHold): void {
    this.#hold = hold;
  }

  /** Releases the hold, if it was not released before. */
  letGo(reply: HookReply): void {
    const hold = this.#hold;
    this.#hold = undefined;
    hold?.release(reply);
  }

  /** Runs `hook` when the body has been read, directly before the handler. */
  beforeStart(hook: RequestHook): void {
    this.#beforeStart = hook;
  }

  /** What has to run before the handler; asked for once. */
  takeBeforeStart(): RequestHook | undefined {
    const hook = this.#beforeStart;
    this.#beforeStart = undefined;
    return hook;
  }

  /** The handler begins, which it may do though its client has left. */
  begin(): void {
    this.#phase = 'RUNNING';
    if (this.#released === undefined) return;
    this.#hold = this.#released;
    this.#released = undefined;
    this.#hold.retake();
  }

  /** The handler goes on until `promise` has settled, at the latest. */
  goesOnWith(promise: PromiseLike<unknown>): void {
    if (this.#phase === 'RUNNING') this.#promise = promise;
  }

  /** The handler has returned `result`, or its promise has. */
  returned(result: unknown, reply: HookReply): void {
    if (this.#phase !== 'RUNNING') return;
    const { headersSent, writableEnded } = reply.raw;
    if (result !== undefined || headersSent || writableEnded) return this.end(reply);
    // A callback answers later.
    this.#phase = 'RETURNED';
    this.#hold?.outlive(this, reply);
  }

  /** The handler has answered, or failed. */
  end(reply: HookReply): void {
    if (this.#phase === 'NONE') return;
    this.#phase = 'ENDED';
    this.#promise = undefined;
    this.letGo(reply);
  }

  /** The response has ended, well or not. */
  responseEnded(reply: HookReply): void {
    switch (this.#phase) {
      case 'NONE':
        this.#released = this.#hold;
        return this.letGo(reply);
      case 'RUNNING':
        return this.#followToEnd(reply);
      case 'RETURNED':
        // Else nobody knows whether the callback has run.
        if (reply.raw.writableEnded) this.end(reply);
        return;
      case 'ENDED':
        return this.letGo(reply);
    }
  }

  #followToEnd(reply: HookReply): void {
    this.#hold?.outlive(this, reply);
    this.#promise?.then(
      (result) => this.returned(result, reply),
      () => this.end(reply),
    );
  }
}
