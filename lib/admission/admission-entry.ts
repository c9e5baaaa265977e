import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';

import type { Clock } from '../common/clock.ts';
import { isClosed, onceClosed } from '../common/once-closed.ts';
import type { HookReply, HookRequest, RequestHook, UpgradeHook } from '../common/request-hooks.ts';
import type { RequestContext } from '../context/request-context.ts';
import { storage } from '../context/storage.ts';
import type { AbandonedWork } from './abandoned-work.ts';
import type { Bypass } from './bypass.ts';
import type { CallerPriority } from './caller-priority.ts';
import type { CallerQuota } from './caller-quota.ts';
import type { FreePassage } from './free-passage.ts';
import type { Gate } from './gate.ts';
import { configOf, isPreflight, type RawRequest, viewOf } from './hook-request.ts';
import { type HookCall, HttpTicket, type HttpTicketOptions } from './http-ticket.ts';
import type { MemoryRungs } from './memory-rungs.ts';
import { type Rank, rankOf } from './priority.ts';
import type { ReconnectShare } from './reconnect-share.ts';
import type { RefusalReason } from './refusal-reason.ts';
import type { Refusals } from './refusals.ts';
import type { RoutePlan, RoutePlans } from './route-plans.ts';
import type { Verdict } from './ticket.ts';
import { UpgradeTicket } from './upgrade-ticket.ts';

export interface AdmissionEntryOptions {
  gate: Gate;
  plans: RoutePlans;
  /** Undefined where each request has a ticket. */
  free: FreePassage | undefined;
  bypass: Bypass;
  refusals: Refusals;
  abandoned: AbandonedWork;
  priority: CallerPriority | undefined;
  quota: CallerQuota | undefined;
  memory: MemoryRungs | undefined;
  /** Undefined where nobody would give a new connection to another process. */
  share: ReconnectShare | undefined;
  clock: Clock;
}

/** The group of all upgrades. They take no place: how long they last says nothing. */
const UPGRADES = '(upgrade)';

const PREFLIGHTS = '(preflight)';

/** Where requests and upgrades meet the gate. */
export class AdmissionEntry {
  readonly #with: AdmissionEntryOptions;
  readonly #plans: RoutePlans;
  readonly #free: FreePassage | undefined;
  readonly #upgrades: Pick<RoutePlan, 'group' | 'rank' | 'isLimited'>;
  readonly #now: () => number;

  constructor(options: AdmissionEntryOptions) {
    const { clock, plans, free } = options;
    this.#with = options;
    this.#plans = plans;
    this.#free = free;
    this.#now = () => clock.now();
    this.#upgrades = { group: plans.group(UPGRADES), rank: rankOf('normal'), isLimited: false };
  }

  readonly onRequest: RequestHook = (request, reply, done) => {
    const context = storage.getStore();
    const plan = this.#plans.of(context?.routeConfig ?? configOf(request));
    if (context !== undefined && this.#free?.take(context, plan, request) === true) done();
    else this.#admit({ request, reply, done }, plan, context);
  };

  readonly onUpgrade: UpgradeHook = (request, socket, done) => {
    const plan = this.#upgrades;
    const ticket = new UpgradeTicket({
      socket,
      done,
      plan,
      rank: this.#rankOf(request, plan.rank),
      arrivedAt: this.#now(),
      deadlineAt: Infinity,
      refuse: this.#refuseUpgrade,
    });
    const { gate, memory } = this.#with;
    const isShort = memory?.rung === 'REFUSE';
    const verdict = isShort ? gate.turnAway(ticket, 'memory') : gate.arrive(ticket);
    if (verdict !== 'admitted' && verdict !== 'waiting') return ticket.turnAway(verdict);
    socket.once('close', () => gate.leave(ticket, false));
    if (verdict === 'waiting') ticket.keepPlace();
    else ticket.goOn();
  };

  #admit(call: HookCall, plan: RoutePlan, context: RequestContext | undefined): void {
    const { request, reply } = call;
    if (isClosed(reply)) return;
    if (plan.isBypassed) return this.#letPast(call, plan.group.name);
    if (isPreflight(request)) return this.#letPast(call, PREFLIGHTS);
    this.#letIn({
      ...call,
      context,
      plan,
      rank: this.#rankOf(request.raw, plan.rank),
      arrivedAt: this.#now(),
      deadlineAt: context?.deadline ?? Infinity,
      now: this.#now,
      refuse: this.#refuse,
      giveBack: this.#giveBack,
    });
  }

  #letIn(options: HttpTicketOptions): void {
    const { request, reply, context } = options;
    const ticket = new HttpTicket(options);
    const verdict = this.#arrive(ticket, request);
    if (verdict !== 'admitted' && verdict !== 'waiting') return ticket.turnAway(verdict);
    const leave = (): void => this.#leave(ticket);
    if (context?.atEnd(leave) !== true) onceClosed(request, reply, leave);
    this.#endConnectionIfWise(options, ticket.arrivedAt);
    if (verdict === 'waiting') ticket.keepPlace();
    else options.done();
  }

  #arrive(ticket: HttpTicket, request: HookRequest): Verdict {
    const { gate, memory, quota } = this.#with;
    if (memory?.rung === 'REFUSE') return gate.turnAway(ticket, 'memory');
    if (quota === undefined) return gate.arrive(ticket);
    const key = quota.keyOf(viewOf(request.raw));
    if (key === undefined) return gate.arrive(ticket);
    if (!quota.take(key)) return gate.turnAway(ticket, 'quota');
    const verdict = gate.arrive(ticket);
    if (verdict === 'admitted' || verdict === 'waiting') ticket.quotaKey = key;
    else quota.giveBack(key);
    return verdict;
  }

  #leave(ticket: HttpTicket): void {
    const isAtWork = ticket.state.kind === 'ADMITTED' && ticket.isAbandoned;
    if (isAtWork) this.#with.abandoned.add(ticket);
    else this.#giveBack(ticket);
  }

  readonly #giveBack = (ticket: HttpTicket): void => {
    const { gate, quota } = this.#with;
    gate.leave(ticket, ticket.isGood);
    if (ticket.quotaKey !== undefined) quota?.giveBack(ticket.quotaKey);
  };

  #letPast(call: HookCall, path: string): void {
    const end = this.#with.bypass.begin(path);
    if (end === undefined) return this.#refuse(call, 'bypass');
    onceClosed(call.request, call.reply, end);
    call.done();
  }

  #rankOf(raw: RawRequest, rank: Rank): Rank {
    return this.#with.priority?.rankOf(raw, rank) ?? rank;
  }

  readonly #refuse = (call: HookCall, reason: RefusalReason): void => {
    const now = this.#now();
    const { share, refusals } = this.#with;
    if (IS_OVERLOAD.has(reason)) share?.refused(now);
    this.#endConnectionIfWise(call, now);
    const { request, reply, done } = call;
    refusals.answer({ request, reply, fail: done }, reason);
  };

  readonly #refuseUpgrade = (socket: Duplex, reason: RefusalReason): void => {
    this.#with.refusals.answerUpgrade(socket, reason);
  };

  #endConnectionIfWise({ request, reply }: HookCall, now: number): void {
    const { memory, share } = this.#with;
    const isShort = memory !== undefined && memory.rung !== 'NONE';
    if (isShort || share?.shouldEnd(now) === true) endConnection(request, reply);
  }
}

/** Refusals that tell of this process, and not of a caller. */
const IS_OVERLOAD: ReadonlySet<RefusalReason> = new Set([
  'lag',
  'queue',
  'codel',
  'wait',
  'memory',
]);

/** HTTP/2 knows no such header. */
function endConnection({ raw }: HookRequest, reply: HookReply): void {
  if ((raw as Partial<IncomingMessage>).httpVersionMajor === 1) reply.header('connection', 'close');
}
