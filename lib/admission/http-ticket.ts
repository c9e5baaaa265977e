import { isAllSent } from '../common/http/once-closed.ts';
import type { HookReply, HookRequest } from '../common/http/request-hooks.ts';
import { ignore } from '../common/ignore.ts';
import { type HandlerHold, type HandlerWork, isAnswerDue } from '../context/handler-work.ts';
import type { ManagedContext } from '../context/managed-context.ts';
import type { Place } from './abandoned-work.ts';
import { outlivingPlace } from './handler-place.ts';
import type { RefusalReason } from './refusal-reason.ts';
import { type Arrival, RequestTicket } from './request-ticket.ts';
import type { RoutePlan } from './route-plans.ts';

/** Status from which an answer is a failure, whose duration is not sampled. */
const FIRST_BAD_STATUS = 400;

/** Arguments of the request hook. */
export interface HookCall {
  request: HookRequest;
  reply: HookReply;
  done: (error?: Error) => void;
}

export interface HttpTicketOptions extends Arrival, HookCall {
  plan: Pick<RoutePlan, 'group' | 'isLimited' | 'hold'>;
  context: ManagedContext | undefined;
  now: () => number;
  refuse: (call: HookCall, reason: RefusalReason) => void;
  /** Frees the place. */
  giveBack: (ticket: HttpTicket) => void;
  /** Counts a handler that runs although its place was given back. */
  retake: (ticket: HttpTicket) => void;
  /** Keeps the place of a handler that outlives its response. */
  outlive: (place: Place) => void;
}

/** Of a request without a place. */
const NO_HOLD: HandlerHold = { release: ignore, retake: ignore, outlive: ignore };

/** A request waiting for admission; then the hold of its handler's place. */
export class HttpTicket extends RequestTicket implements HandlerHold {
  /** Caller whose quota the request counts against. */
  quotaKey: string | undefined;
  readonly later: HandlerHold;
  readonly #options: HttpTicketOptions;

  constructor(options: HttpTicketOptions) {
    super(options);
    this.#options = options;
    this.later = options.plan.isLimited ? options.plan.hold : NO_HOLD;
  }

  /** Whether it was answered in time and without failure, so its duration is a sample. */
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

  /** Handles the end of a response without a context, where the end of the handler is unknown. */
  closed(): void {
    const { reply } = this.#options;
    if (this.state.kind !== 'ADMITTED' || !isAnswerDue(reply)) return this.release();
    this.#options.outlive({
      group: this.group.name,
      get isAbandoned() {
        return isAnswerDue(reply);
      },
      giveBack: () => this.release(),
    });
  }

  /** Whether the deadline passed and was answered while it waited; that answer may be pending. */
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
    // From here on only the refusal may answer.
    context?.liftDeadline();
    context?.note('refused', reason);
    refuse(this.#options, reason);
  }
}
