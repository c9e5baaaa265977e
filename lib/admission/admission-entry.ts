import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';

import type { Clock } from '../common/clock.ts';
import { isClosed, onceClosed } from '../common/once-closed.ts';
import type { HookReply, HookRequest, RequestHook, UpgradeHook } from '../common/request-hooks.ts';
import { storage } from '../context/storage.ts';
import { AbandonedWork } from './abandoned-work.ts';
import type { AdmissionRequest, ResolvedAdmissionOptions } from './admission.options.ts';
import type { CallerQuota } from './caller-quota.ts';
import type { Gate } from './gate.ts';
import { type HookCall, HttpTicket, type HttpTicketOptions } from './http-ticket.ts';
import type { MemoryRungs } from './memory-rungs.ts';
import { isPriority, type Rank, rankOf } from './priority.ts';
import type { ReconnectShare } from './reconnect-share.ts';
import type { RefusalReason } from './refusal-reason.ts';
import type { Refusals } from './refusals.ts';
import type { RoutePlan, RoutePlans } from './route-plans.ts';
import type { Verdict } from './ticket.ts';
import { UpgradeTicket } from './upgrade-ticket.ts';

export interface AdmissionEntryOptions {
  options: Pick<ResolvedAdmissionOptions, 'priorityHeader' | 'isTrusted' | 'bypass'>;
  gate: Gate;
  plans: RoutePlans;
  refusals: Refusals;
  quota: CallerQuota | undefined;
  memory: MemoryRungs | undefined;
  /** Undefined where nobody would give a new connection to another process. */
  share: ReconnectShare | undefined;
  clock: Clock;
}

/** Requests that are let in past everything. */
export interface BypassCounts {
  inFlight: number;
  admitted: number;
  /** There were as many of them under way as there may be. */
  refused: number;
}

/** The group of all upgrades. They take no place: how long they last says nothing. */
const UPGRADES = '(upgrade)';

const PREFLIGHTS = '(preflight)';

/** Where requests and upgrades meet the gate. */
export class AdmissionEntry {
  /** Each path has a cap of its own: whoever fills one does not fail the others. */
  readonly bypass = new Map<string, BypassCounts>();
  readonly #abandoned: AbandonedWork;
  readonly #with: AdmissionEntryOptions;
  readonly #upgrades: RoutePlan;
  readonly #now: () => number;

  constructor(options: AdmissionEntryOptions) {
    this.#with = options;
    this.#now = () => options.clock.now();
    this.#abandoned = new AbandonedWork(options.clock, (ticket) => this.#giveBack(ticket));
    const group = options.plans.group(UPGRADES);
    this.#upgrades = { group, rank: rankOf('normal'), isLimited: false, isBypassed: false };
  }

  readonly onRequest: RequestHook = (request, reply, done) => {
    if (isClosed(reply)) return;
    const context = storage.getStore();
    const plan = this.#with.plans.of(context?.routeConfig ?? configOf(request));
    if (plan.isBypassed) return this.#letPast({ request, reply, done }, plan.group.name);
    if (isPreflight(request)) return this.#letPast({ request, reply, done }, PREFLIGHTS);
    this.#letIn({
      request,
      reply,
      done,
      context,
      plan,
      rank: this.#rankOf(request.raw, plan),
      arrivedAt: this.#now(),
      deadlineAt: context?.deadline ?? Infinity,
      now: this.#now,
      refuse: this.#refuse,
    });
  };

  readonly onUpgrade: UpgradeHook = (request, socket, done) => {
    const plan = this.#upgrades;
    const ticket = new UpgradeTicket({
      socket,
      done,
      plan,
      rank: this.#rankOf(request, plan),
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
    if (isAtWork) this.#abandoned.add(ticket);
    else this.#giveBack(ticket);
  }

  #giveBack(ticket: HttpTicket): void {
    this.#with.gate.leave(ticket, ticket.isGood);
    if (ticket.quotaKey !== undefined) this.#with.quota?.giveBack(ticket.quotaKey);
  }

  #letPast(call: HookCall, name: string): void {
    const counts = this.bypass.get(name) ?? { inFlight: 0, admitted: 0, refused: 0 };
    this.bypass.set(name, counts);
    if (counts.inFlight >= this.#with.options.bypass.maxInFlight) {
      counts.refused++;
      return this.#refuse(call, 'bypass');
    }
    counts.inFlight++;
    counts.admitted++;
    onceClosed(call.request, call.reply, () => void counts.inFlight--);
    call.done();
  }

  #rankOf(raw: RawRequest, plan: RoutePlan): Rank {
    const { isTrusted, priorityHeader } = this.#with.options;
    if (isTrusted === undefined) return plan.rank;
    const given = raw.headers[priorityHeader];
    return isPriority(given) && isTrustedFor(isTrusted, viewOf(raw)) ? rankOf(given) : plan.rank;
  }

  readonly #refuse = (call: HookCall, reason: RefusalReason): void => {
    const now = this.#now();
    if (IS_OVERLOAD.has(reason)) this.#with.share?.refused(now);
    this.#endConnectionIfWise(call, now);
    const { request, reply, done } = call;
    this.#with.refusals.answer({ request, reply, fail: done }, reason);
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

type RawRequest = HookRequest['raw'] & Partial<Pick<IncomingMessage, 'socket'>>;

function configOf({ routeOptions }: HookRequest): object | undefined {
  return routeOptions?.config ?? undefined;
}

function isPreflight({ raw }: HookRequest): boolean {
  const { method, headers } = raw;
  if (method !== 'OPTIONS' || headers['access-control-request-method'] === undefined) return false;
  // A browser's has an origin and no body.
  const { origin, 'content-length': length = '0', 'transfer-encoding': coding } = headers;
  return origin !== undefined && length === '0' && coding === undefined;
}

/** Someone else's function: what it throws is no trust. */
function isTrustedFor(
  isTrusted: (request: AdmissionRequest) => boolean,
  request: AdmissionRequest,
): boolean {
  try {
    return isTrusted(request);
  } catch {
    return false;
  }
}

/** HTTP/2 knows no such header. */
function endConnection({ raw }: HookRequest, reply: HookReply): void {
  if ((raw as Partial<IncomingMessage>).httpVersionMajor === 1) reply.header('connection', 'close');
}

function viewOf(raw: RawRequest): AdmissionRequest {
  const { method = '', url = '', headers, socket } = raw;
  return { method, url, headers, remoteAddress: socket?.remoteAddress ?? '' };
}
