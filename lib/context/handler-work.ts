import type { HookReply, RequestHook } from '../common/http/request-hooks.ts';

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
 *
 * A handler that returned without an answer gives it from a callback.
 */
type Phase = 'NONE' | 'RUNNING' | 'RETURNED' | 'ENDED';

/**
 * The handler of one request, from start to end. It ends when it answers: through Fastify, whose
 * replies are promises of a sent response, before its promise settles; with the raw response, when
 * it returns. The end of the response says nothing about it: a client may leave long before, or read
 * long after.
 */
export class HandlerWork {
  #phase: Phase = 'NONE';
  #hold: HandlerHold | undefined;
  /** Hold released before the handler began. */
  #released: HandlerHold | undefined;
  #beforeStart: RequestHook | undefined;
  #isResponseOver = false;
  #hasFailed = false;
  /** Whether its deadline was answered in its place. */
  isLate = false;

  /** Whether it works, or a callback of it will. */
  isAtWork(reply: HookReply): boolean {
    if (this.#phase !== 'RETURNED') return this.#phase === 'RUNNING';
    return this.isLate || this.#isResponseOver || isAnswerDue(reply);
  }

  /** Whether its request is over, and a callback that gave up would tell nobody. */
  get mayHaveGivenUp(): boolean {
    return this.#phase === 'RETURNED' && (this.isLate || this.#isResponseOver);
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

  /** Follows the handler's promise, which marks its latest end. */
  goesOnWith(promise: PromiseLike<unknown>, reply: HookReply): void {
    promise.then(
      (result) => this.returned(result, reply),
      () => this.#failed(reply),
    );
  }

  /** Records the handler's result, direct or from its promise. */
  returned(result: unknown, reply: HookReply): void {
    if (this.#phase !== 'RUNNING') return;
    const { headersSent, writableEnded } = reply.raw;
    const isOver = headersSent || writableEnded || this.#isResponseOver;
    if (result !== undefined || isOver) return this.end(reply);
    this.#phase = 'RETURNED';
    this.#hold?.outlive(this, reply);
  }

  /** Marks the end of the handler: it has answered or failed. */
  end(reply: HookReply): void {
    if (this.#phase === 'NONE') return this.answeredBefore(reply);
    this.#phase = 'ENDED';
    this.letGo(reply);
  }

  /** Notes an answer of a hook or a middleware; the client may take long to read it. */
  answeredBefore(reply: HookReply): void {
    if (this.#phase !== 'NONE') return;
    // Its closure has request and reply, which a timer of a middleware would keep.
    if (this.#beforeStart !== undefined) this.#beforeStart = neverProceed;
    this.#released ??= this.#hold?.later ?? this.#hold;
    this.letGo(reply);
  }

  /** Handles the end of the response, complete or not. */
  responseEnded(reply: HookReply): void {
    this.#isResponseOver = true;
    switch (this.#phase) {
      case 'NONE':
        return this.answeredBefore(reply);
      case 'RUNNING':
        // Its error handler has answered by the raw response.
        if (this.#hasFailed) return this.end(reply);
        return this.#hold?.outlive(this, reply);
      case 'RETURNED':
        if (reply.raw.writableEnded && !this.isLate) return this.end(reply);
        // Nothing but its answer, which comes too late, shows that the callback has done its work.
        return onUse(reply, () => this.end(reply));
      case 'ENDED':
        return this.letGo(reply);
    }
  }

  /** Fastify answers for it, unless it has taken the response over or its client has left. */
  #failed(reply: HookReply): void {
    this.#hasFailed = true;
    if (reply.sent || this.#isResponseOver) this.end(reply);
  }
}

/** Whether an answer may still come. HTTP/2 never marks a response ended after a reset. */
export function isAnswerDue({ raw }: Pick<HookReply, 'raw'>): boolean {
  const { headersSent, writableEnded, stream } = raw;
  return !headersSent && !writableEnded && stream?.destroyed !== true;
}

/** Calls `used` when a response that is over is used once more. */
function onUse(reply: HookReply, used: () => void): void {
  const { raw } = reply;
  const send = reply.send.bind(reply);
  const end = raw.end.bind(raw);
  reply.send = (payload) => {
    used();
    return send(payload);
  };
  raw.end = (...args) => {
    used();
    return end(...args);
  };
}

/** In place of a hook whose request was answered before its handler began. */
const neverProceed: RequestHook = () => undefined;
