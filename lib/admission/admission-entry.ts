import type { IncomingMessage } from 'node:http';
import type { Http2ServerRequest } from 'node:http2';
import type { Duplex } from 'node:stream';

import type { Clock } from '../common/clock.ts';
import { isClosed, onceClosed, onceEnded } from '../common/http/once-closed.ts';
import {
  type HookReply,
  type HookRequest,
  type RequestHook,
  type UpgradeHook,
} from '../common/http/request-hooks.ts';
import { routeConfigOf } from '../common/http/route-of.ts';
import type { HandlerHold, HandlerWork } from '../context/handler-work.ts';
import type { ManagedContext } from '../context/managed-context.ts';
import { storage } from '../context/storage.ts';
import type { AbandonedWork, Place } from './abandoned-work.ts';
import type { BodyWatch } from './body-watch.ts';
import type { Bypass } from './bypass.ts';
import type { CallerPriority } from './caller-priority.ts';
import type { CallerQuota } from './caller-quota.ts';
import type { FreePassage } from './free-passage.ts';
import type { Gate } from './gate.ts';
import { HandlerPlace } from './handler-place.ts';
import { isPreflight, type RawRequest, viewOf } from './hook-request.ts';
import { type HookCall, HttpTicket } from './http-ticket.ts';
import { isBodyDue } from './incoming-body.ts';
import type { MemoryRungs } from './memory-rungs.ts';
import { type Rank, rankOf } from './priority.ts';
import type { ReconnectShare } from './reconnect-share.ts';
import type { RefusalReason } from './refusal-reason.ts';
import type { Refusals } from './refusals.ts';
import type { RoutePlan, RoutePlans } from './route-plans.ts';
import type { SecurityHeaders } from './security-headers.ts';
import type { Verdict } from './ticket.ts';
import { UpgradeTicket } from './upgrade-ticket.ts';

export interface AdmissionEntryOptions {
  gate: Gate;
  plans: RoutePlans;
  /** Undefined if every request needs a ticket. */
  free: FreePassage | undefined;
  bypass: Bypass;
  refusals: Refusals;
  abandoned: AbandonedWork;
  /** Undefined if bodies are not bounded. */
  bodies: BodyWatch | undefined;
  priority: CallerPriority | undefined;
  quota: CallerQuota | undefined;
  memory: MemoryRungs | undefined;
  /** Undefined if no other process could take a new connection. */
  share: ReconnectShare | undefined;
  headers: SecurityHeaders;
  clock: Clock;
}

/** Group of all upgrades. They take no place: their duration says nothing about load. */
const UPGRADES = '(upgrade)';

const PREFLIGHTS = '(preflight)';

/** Entry point of requests and upgrades to the gate. */
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
    this.#with.headers.watch(request, reply);
    const context = storage.getStore();
    const plan = this.#plans.of(context?.routeConfig ?? routeConfigOf(request));
    if (isBodyDue(request.raw)) return this.#readBody({ request, reply, done }, plan, context);
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

  /**
   * Admits a request with an incoming body only once the body is read, just before its handler.
   * Refuses at once if it could not be admitted now, which saves sending the body.
   */
  #readBody(call: HookCall, plan: RoutePlan, context: ManagedContext | undefined): void {
    const { request, reply, done } = call;
    if (isClosed(reply)) return;
    this.#with.bodies?.add(request.raw, () => this.#with.refusals.answerSlowBody(call));
    const work = plan.isLimited && !plan.isBypassed ? context?.handler : undefined;
    if (work === undefined) return this.#admit(call, plan, context);
    const ticket = this.#ticketOf(call, plan, context);
    const reason = this.#vet(ticket);
    if (reason !== undefined) return ticket.turnAway(reason);
    work.beforeStart((_request, _reply, proceed) => {
      if (context !== undefined && this.#free?.take(context, plan, request, this.#now())) proceed();
      else this.#admit({ request, reply, done: proceed }, plan, context, true);
    });
    done();
  }

  #vet(ticket: HttpTicket): RefusalReason | undefined {
    const { gate, memory } = this.#with;
    return memory?.rung === 'REFUSE' ? gate.turnAway(ticket, 'memory') : gate.vet(ticket);
  }

  #admit(
    call: HookCall,
    plan: RoutePlan,
    context: ManagedContext | undefined,
    isVetted = false,
  ): void {
    const { request, reply } = call;
    if (isClosed(reply)) return;
    if (plan.isBypassed) return this.#letPast(call, plan.group.name, context);
    if (isPreflight(request)) return this.#letPast(call, PREFLIGHTS, context);
    const ticket = this.#ticketOf(call, plan, context, isVetted);
    const verdict = this.#arrive(ticket, request);
    if (verdict !== 'admitted' && verdict !== 'waiting') return ticket.turnAway(verdict);
    if (context?.handler === undefined) onceClosed(request, reply, () => ticket.closed());
    else holdPlace(context.handler, ticket, reply);
    this.#endConnectionIfWise(call, ticket.arrivedAt);
    if (verdict === 'waiting') ticket.keepPlace();
    else call.done();
  }

  #ticketOf(
    call: HookCall,
    plan: RoutePlan,
    context: ManagedContext | undefined,
    isVetted = false,
  ): HttpTicket {
    return new HttpTicket({
      ...call,
      context,
      plan,
      rank: this.#rankOf(call.request.raw, plan.rank),
      arrivedAt: this.#now(),
      deadlineAt: context?.deadlineAt ?? Infinity,
      isVetted,
      now: this.#now,
      refuse: this.#refuse,
      giveBack: this.#giveBack,
      retake: this.#retake,
      outlive: this.#outlive,
    });
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

  readonly #giveBack = (ticket: HttpTicket): void => {
    const { gate, quota } = this.#with;
    gate.leave(ticket, ticket.isGood);
    if (ticket.quotaKey !== undefined) quota?.giveBack(ticket.quotaKey);
    ticket.quotaKey = undefined;
  };

  readonly #retake = (ticket: HttpTicket): void => {
    ticket.state = { kind: 'ADMITTED', at: this.#now() };
    if (ticket.isLimited) this.#with.gate.retake(ticket.group);
  };

  readonly #outlive = (place: Place): void => {
    this.#with.abandoned.add(place);
  };

  #letPast(call: HookCall, path: string, context: ManagedContext | undefined): void {
    const { bypass, abandoned } = this.#with;
    if (!bypass.begin(path)) return this.#refuse(call, 'bypass');
    const { request, reply, done } = call;
    const place = new HandlerPlace({ places: bypass, group: path, name: path, abandoned });
    if (context?.handler === undefined) onceClosed(request, reply, () => place.release());
    else holdPlace(context.handler, place, reply);
    done();
  }

  #rankOf(raw: RawRequest, rank: Rank): Rank {
    return this.#with.priority?.rankOf(raw, rank) ?? rank;
  }

  readonly #refuse = (call: HookCall, reason: RefusalReason): void => {
    const now = this.#now();
    const { share, refusals } = this.#with;
    if (IS_OVERLOAD.has(reason)) share?.refused(now);
    this.#endConnectionIfWise(call, now);
    refusals.answer(call, reason);
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

/**
 * Holds a place until the handler ends. A middleware may answer instead, and its client read slowly.
 * Places that are free to pass are not watched for that: they are a quarter at most.
 */
function holdPlace(work: HandlerWork, hold: HandlerHold, reply: HookReply): void {
  work.hold(hold);
  onceEnded(reply, () => work.answeredBefore(reply));
}

/** Reasons that mean overload of this process, not misbehavior of a caller. */
const IS_OVERLOAD: ReadonlySet<RefusalReason> = new Set([
  'lag',
  'queue',
  'codel',
  'wait',
  'memory',
]);

/** Ends the connection after this response; GOAWAY lets begun HTTP/2 streams finish. */
function endConnection({ raw }: HookRequest, reply: HookReply): void {
  const { httpVersionMajor, stream } = raw as Partial<IncomingMessage & Http2ServerRequest>;
  if (httpVersionMajor === 1) reply.header('connection', 'close');
  else if (stream?.session?.closed === false) stream.session.close();
}
