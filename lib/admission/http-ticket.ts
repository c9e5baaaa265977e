import type { HookReply, HookRequest } from '../common/request-hooks.ts';
import type { RequestContext } from '../context/request-context.ts';
import type { Place } from './abandoned-work.ts';
import type { RefusalReason } from './refusal-reason.ts';
import { type Arrival, RequestTicket } from './request-ticket.ts';

/** Below it an answer is a good one; how long others took tells nothing. */
const FIRST_BAD_STATUS = 400;

/** A request as the hook got it. */
export interface HookCall {
  request: HookRequest;
  reply: HookReply;
  done: (error?: Error) => void;
}

export interface HttpTicketOptions extends Arrival, HookCall {
  context: RequestContext | undefined;
  now: () => number;
  refuse: (call: HookCall, reason: RefusalReason) => void;
  giveBack: (ticket: HttpTicket) => void;
}

/** A request on its way in. */
export class HttpTicket extends RequestTicket implements Place {
  /** The caller in whose quota it is counted. */
  quotaKey: string | undefined;
  readonly #options: HttpTicketOptions;

  constructor(options: HttpTicketOptions) {
    super(options);
    this.#options = options;
  }

  /** Answered in time and well: how long it took tells something. */
  get isGood(): boolean {
    const { raw } = this.#options.reply;
    // HTTP/2 calls an answer finished that was cut off.
    return raw.writableEnded && raw.writableFinished && raw.statusCode < FIRST_BAD_STATUS;
  }

  get isAbandoned(): boolean {
    return !this.#options.reply.raw.writableEnded;
  }

  /** Its time was up while it waited, and it was told so; the answer may still be on its way. */
  get #isAnswered(): boolean {
    const { reply, context } = this.#options;
    return reply.sent || context?.isActive === false;
  }

  giveBack(): void {
    this.#options.giveBack(this);
  }

  override keepPlace(): void {
    super.keepPlace();
    const { context } = this.#options;
    if (context !== undefined) context.isQueued = true;
  }

  override goOn(): void {
    const { done, context, now } = this.#options;
    if (context !== undefined) context.isQueued = false;
    if (this.#isAnswered) return;
    if (context !== undefined) context.queueWaitMs = now() - this.arrivedAt;
    done();
  }

  override turnAway(reason: RefusalReason): void {
    const { context, refuse } = this.#options;
    if (context !== undefined) context.isQueued = false;
    if (this.#isAnswered) return;
    // Nobody else answers from here on.
    context?.liftDeadline();
    context?.note('refused', reason);
    refuse(this.#options, reason);
  }
}
