import { seededRandom } from '../../../bench/support/random.ts';
import { AdmissionGroup } from '../../../lib/admission/admission-group.ts';
import { Gate, type GateOptions } from '../../../lib/admission/gate.ts';
import { FixedLimiter } from '../../../lib/admission/limiter.ts';
import type { Rank } from '../../../lib/admission/priority.ts';
import type { RefusalReason } from '../../../lib/admission/refusal-reason.ts';
import type { Ticket, TicketState, Verdict } from '../../../lib/admission/ticket.ts';
import { TimerWheel } from '../../../lib/common/timer-wheel.ts';
import { FakeLoop } from './fake-loop.ts';

export type Group = Ticket['group'];

interface Coming {
  group: Group;
  rank?: Rank;
  /** How long its handler has the loop. */
  costMs?: number;
  timeoutMs?: number;
  isLimited?: boolean;
  /** Whether its answer has ended when its handler returns. */
  answersAtOnce?: boolean;
}

/** A request that keeps what happened to it. */
export class FakeTicket implements Ticket {
  state: TicketState = { kind: 'NEW' };
  readonly group: Group;
  readonly rank: Rank;
  readonly arrivedAt: number;
  readonly deadlineAt: number;
  readonly isLimited: boolean;
  verdict: Verdict | undefined;
  /** What it was told after it had waited. */
  readonly fates: ('resumed' | RefusalReason)[] = [];
  readonly #handle: (ticket: FakeTicket) => void;

  constructor(coming: Coming, arrivedAt: number, handle: (ticket: FakeTicket) => void) {
    const { group, rank = 2, timeoutMs = Infinity, isLimited = true } = coming;
    this.group = group;
    this.rank = rank;
    this.arrivedAt = arrivedAt;
    this.deadlineAt = arrivedAt + timeoutMs;
    this.isLimited = isLimited;
    this.#handle = handle;
  }

  /** Its handler runs. */
  handle(): void {
    this.#handle(this);
  }

  resume(): void {
    this.fates.push('resumed');
    this.handle();
  }

  refuse(reason: RefusalReason): void {
    this.fates.push(reason);
  }
}

/** A gate at a loop of its own. */
export class GateHarness {
  readonly loop = new FakeLoop();
  readonly gate: Gate;
  readonly waits: TimerWheel<Ticket>;
  /** Who was let in, in order. */
  readonly admitted: FakeTicket[] = [];
  onAdmitted: (ticket: FakeTicket) => void = () => undefined;

  constructor(options: Partial<Omit<GateOptions, 'loop' | 'waits'>> = {}) {
    this.waits = new TimerWheel({
      clock: this.loop.clock,
      tickMs: 10,
      onExpire: (ticket) => this.gate.expire(ticket),
      schedule: this.loop.schedule,
    });
    this.gate = new Gate({
      loop: this.loop,
      lag: undefined,
      random: seededRandom(1),
      turnMs: 10,
      maxQueue: 100,
      maxWaitMs: 500,
      ...options,
      waits: this.waits,
    });
  }

  /** A request arrives; its handler runs when it is let in. */
  come(coming: Coming): FakeTicket {
    const { costMs = 0, answersAtOnce = false } = coming;
    const ticket = new FakeTicket(coming, this.loop.now, () => {
      this.admitted.push(ticket);
      this.onAdmitted(ticket);
      this.loop.work(costMs);
      if (answersAtOnce) this.gate.leave(ticket, true);
    });
    ticket.verdict = this.gate.arrive(ticket);
    if (ticket.verdict === 'admitted') ticket.handle();
    return ticket;
  }

  /** A request came so long ago; whether it passes without a ticket. */
  pass({ group, rank = 2, isLimited = true }: Coming, agoMs = 0): boolean {
    return this.gate.pass({ group, isLimited }, rank, this.loop.now - agoMs);
  }

  /** The time of this turn is used up by a request for another group. */
  blockTurn(ms = 20): void {
    this.come({ group: makeGroup('blocker'), costMs: ms, answersAtOnce: true });
  }

  /** Two ends of a turn: the first one looks who else has come. */
  endTurnAndNext(): void {
    this.loop.endTurn();
    this.loop.endTurn();
  }
}

export function makeGroup(name = 'group', limit = 100, maxWaitMs = 500): Group {
  return new AdmissionGroup({
    name,
    limiter: new FixedLimiter(limit),
    maxWaitMs,
    acceptableWaitMs: 100,
  });
}

export type OpenGate = Pick<GateHarness, 'gate' | 'loop' | 'waits' | 'admitted'> &
  Pick<GateHarness, 'come' | 'pass' | 'blockTurn' | 'endTurnAndNext'>;

/** A gate, and what a test does with it. */
export function open(options: ConstructorParameters<typeof GateHarness>[0] = {}): OpenGate {
  const harness = new GateHarness(options);
  const { gate, loop, waits, admitted } = harness;
  return {
    gate,
    loop,
    waits,
    admitted,
    come: (coming) => harness.come(coming),
    pass: (coming, agoMs) => harness.pass(coming, agoMs),
    blockTurn: (ms) => harness.blockTurn(ms),
    endTurnAndNext: () => harness.endTurnAndNext(),
  };
}
