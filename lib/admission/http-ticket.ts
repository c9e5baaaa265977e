import { isAllSent } from '../common/once-closed.ts';
import type { HookReply, HookRequest } from '../common/request-hooks.ts';
import type { HandlerHold, HandlerWork } from '../context/handler-work.ts';
import type { RequestContext } from '../context/request-context.ts';
import type { Place } from './abandoned-work.ts';
import { isAnswerDue, outlivingPlace } from './handler-place.ts';
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
  /** Its place is free. */
  giveBack: (ticket: HttpTicket) => void;
  /** Its handler runs although its place was given back. */
  retake: (ticket: HttpTicket) => void;
  /** Its handler goes on after its response. */
  outlive: (place: Place) => void;
}

/** A request on its way in; then it holds the place of its handler. */
export class HttpTicket extends RequestTicket implements HandlerHold {
  /** The caller in whose quota it is counted. */
  quotaKey: string | undefined;
  readonly #options: HttpTicketOptions;

  constructor(options: HttpTicketOptions) {
    super(options);
    this.#options = options;
  }

  /** Handled in time and well: how long it took tells something. */
  get isGood(): boolean {
    const { reply, context } = this.#options;
    const isAnswered = isAllSent(reply) || context?.isActive === true;
    return reply.raw.statusCode < FIRST_BAD_STATUS && isAnswered;
  }

  release(): void {
    this.#options.giveBack(this);
  }

  retake(): void {
    this.#options.retake(this);
  }

  outlive(work: HandlerWork, reply: HookReply): void {
    this.#options.outlive(outlivingPlace(this.group.name, work, reply));
  }

  /** The response of a request without a context has ended: nothing tells of its handler. */
  closed(): void {
    const { raw } = this.#options.reply;
    if (this.state.kind !== 'ADMITTED' || !isAnswerDue(raw)) return this.release();
    this.#options.outlive({
      group: this.group.name,
      get isAbandoned() {
        return isAnswerDue(raw);
      },
      giveBack: () => this.release(),
    });
  }

  /** Its time was up while it waited, and it was told so; the answer may still be on its way. */
  get #isAnswered(): boolean {
    const { reply, context } = this.#options;
    return reply.sent || context?.isActive === false;
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
