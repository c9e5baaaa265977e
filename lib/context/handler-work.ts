import type { HookReply, RequestHook } from '../common/request-hooks.ts';

/** A resource that a request holds until its handler ends. */
export interface HandlerHold {
  /** Called when the handler ends, or when the response ends before a handler began. */
  release(reply: HookReply): void;
  /** Called when a handler begins after the hold was released. */
  retake(): void;
  /** Hold for such a handler, without the request that this one keeps. @default this one */
  readonly later?: HandlerHold;
  /** Called when the handler outlives its response, or returns without an answer. */
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
 * The handler of one request, from start to end. It ends when it answers: its promise settles
 * later, since Fastify's replies are promises of a sent response. The end of the response says
 * nothing about it: a client may leave long before, or read long after.
 */
export class HandlerWork {
  #phase: Phase = 'NONE';
  #hold: HandlerHold | undefined;
  /** Hold released before the handler began. */
  #released: HandlerHold | undefined;
  #promise: PromiseLike<unknown> | undefined;
  #beforeStart: RequestHook | undefined;

  get isRunning(): boolean {
    return this.#phase === 'RUNNING';
  }

  /** Sets the resource to hold until the handler ends; one per request. */
  hold(hold: HandlerHold): void {
    this.#hold = hold;
  }

  /** Releases the hold unless it was released before. */
  letGo(reply: HookReply): void {
    const hold = this.#hold;
    this.#hold = undefined;
    hold?.release(reply);
  }

  /** Sets a hook to run after the body is read, just before the handler. */
  beforeStart(hook: RequestHook): void {
    this.#beforeStart = hook;
  }

  /** Returns the hook once, and removes it. */
  takeBeforeStart(): RequestHook | undefined {
    const hook = this.#beforeStart;
    this.#beforeStart = undefined;
    return hook;
  }

  /** Marks the start of the handler, which may come after its client has left. */
  begin(): void {
    this.#phase = 'RUNNING';
    if (this.#released === undefined) return;
    this.#hold = this.#released;
    this.#released = undefined;
    this.#hold.retake();
  }

  /** Records the handler's promise, which marks its latest end. */
  goesOnWith(promise: PromiseLike<unknown>): void {
    if (this.#phase === 'RUNNING') this.#promise = promise;
  }

  /** Records the handler's result, direct or from its promise. */
  returned(result: unknown, reply: HookReply): void {
    if (this.#phase !== 'RUNNING') return;
    const { headersSent, writableEnded } = reply.raw;
    if (result !== undefined || headersSent || writableEnded) return this.end(reply);
    // A callback will answer later.
    this.#phase = 'RETURNED';
    this.#hold?.outlive(this, reply);
  }

  /** Marks the end of the handler: it has answered or failed. */
  end(reply: HookReply): void {
    if (this.#phase === 'NONE') return;
    this.#phase = 'ENDED';
    this.#promise = undefined;
    this.letGo(reply);
  }

  /** Handles the end of the response, complete or not. */
  responseEnded(reply: HookReply): void {
    switch (this.#phase) {
      case 'NONE':
        // Its closure has request and reply, which a timer of a middleware would keep.
        if (this.#beforeStart !== undefined) this.#beforeStart = neverProceed;
        this.#released = this.#hold?.later ?? this.#hold;
        return this.letGo(reply);
      case 'RUNNING':
        return this.#followToEnd(reply);
      case 'RETURNED':
        // Without an ended response the callback may still be pending.
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

/** In place of a hook whose request was answered before its handler began. */
const neverProceed: RequestHook = () => undefined;
