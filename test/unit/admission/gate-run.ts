import * as fc from 'fast-check';
import { expect } from 'vitest';

import { seededRandom } from '../../../bench/support/random.ts';
import { LagController } from '../../../lib/admission/lag-controller.ts';
import { type FakeTicket, GateHarness, type Group, makeGroup } from './gate-harness.ts';

const KINDS = [
  'pass',
  'back',
  'arrive',
  'answer',
  'fail',
  'quit',
  'expire',
  'turnAway',
  'wait',
  'turn',
] as const;

/** One thing that happens at a gate. */
export const step = fc.record({
  kind: fc.oneof(
    { weight: 5, arbitrary: fc.constant('arrive' as const) },
    { weight: 6, arbitrary: fc.constantFrom(...KINDS) },
  ),
  rank: fc.constantFrom(0 as const, 1 as const, 2 as const, 3 as const),
  /** Which of the groups, and which of those that something can happen to. */
  pick: fc.nat({ max: 1_000 }),
  ms: fc.nat({ max: 30 }),
  timeoutMs: fc.constantFrom(0, 40, 200, Infinity),
  isLimited: fc.boolean(),
  answersAtOnce: fc.boolean(),
});

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

export const setting = fc.record({
  limit: fc.integer({ min: 1, max: 5 }),
  maxQueue: fc.nat({ max: 8 }),
  maxWaitMs: fc.constantFrom(60, 500),
  hasLag: fc.boolean(),
});

type Setting = typeof setting extends fc.Arbitrary<infer T> ? T : never;

/** A gate under arbitrary use, with a record of every request. */
export class GateRun {
  readonly #harness: GateHarness;
  readonly #groups: readonly Group[];
  readonly #setting: Setting;
  readonly #tickets: FakeTicket[] = [];
  readonly #quit = new Set<FakeTicket>();
  /** Where those are in flight that have passed. */
  readonly #passed: Group[] = [];
  #passes = 0;

  constructor(given: Setting) {
    const { limit, maxQueue, maxWaitMs, hasLag } = given;
    const lag = hasLag ? new LagController({ targetMs: 20 }) : undefined;
    this.#setting = given;
    this.#harness = new GateHarness({ lag, random: seededRandom(5), maxQueue, maxWaitMs });
    this.#harness.onAdmitted = (ticket) => this.#checkAdmission(ticket);
    this.#groups = ['one', 'other'].map((name) => makeGroup(name, limit, maxWaitMs));
  }

  do(one: Step): void {
    this.#steps[one.kind](one);
    this.#check();
  }

  /** Everybody in flight is answered until nobody is left, without a timer. */
  drain(): void {
    const { gate, loop } = this.#harness;
    while (gate.waiting > 0 || gate.inFlight > 0) {
      for (const ticket of this.#having('ADMITTED')) gate.leave(ticket, true);
      for (const group of this.#passed.splice(0)) gate.giveBack(group);
      const isForgotten = gate.waiting > 0 && !loop.isTurnEndDue;
      expect(isForgotten, 'someone waits and nobody will come back for it').toBe(false);
      loop.endTurn();
      this.#check();
    }
    for (const ticket of this.#tickets) expect(this.#endingsOf(ticket)).toBe(1);
  }

  readonly #steps: Record<Step['kind'], (one: Step) => void> = {
    pass: (one) => {
      const { gate } = this.#harness;
      const group = this.#groupOf(one);
      const hadRoom = gate.waiting === 0 && group.inFlight < this.#setting.limit;
      if (!this.#harness.pass({ ...one, group }, one.ms)) return;
      expect(hadRoom).toBe(true);
      this.#passes++;
      if (one.isLimited) this.#passed.push(group);
    },
    back: ({ pick }) => {
      const [group] = this.#passed.splice(pick % Math.max(1, this.#passed.length), 1);
      if (group !== undefined) this.#harness.gate.giveBack(group);
    },
    arrive: (one) => {
      const coming = { ...one, group: this.#groupOf(one), costMs: one.ms };
      this.#tickets.push(this.#harness.come(coming));
    },
    turnAway: (one) => {
      const group = this.#groupOf(one);
      const before = group.refused.total;
      const ticket = this.#tickets.find((other) => other.group === group);
      if (ticket === undefined) return;
      expect(this.#harness.gate.turnAway(ticket, 'quota')).toBe('quota');
      expect(group.refused.total).toBe(before + 1);
    },
    answer: (one) => this.#leave(this.#pick(this.#having('ADMITTED'), one), true),
    fail: (one) => this.#leave(this.#pick(this.#having('ADMITTED'), one), false),
    quit: (one) => {
      const ticket = this.#pick(this.#having('WAITING'), one);
      if (ticket !== undefined) this.#quit.add(ticket);
      this.#leave(ticket, false);
    },
    expire: (one) => {
      const ticket = this.#pick(this.#tickets, one);
      if (ticket !== undefined) this.#harness.gate.expire(ticket);
    },
    wait: ({ ms }) => this.#harness.loop.wait(ms),
    turn: () => this.#harness.loop.endTurn(),
  };

  #leave(ticket: FakeTicket | undefined, isSample: boolean): void {
    if (ticket !== undefined) this.#harness.gate.leave(ticket, isSample);
  }

  #groupOf({ pick }: Step): Group {
    return this.#groups[pick % this.#groups.length] ?? makeGroup();
  }

  #pick(tickets: readonly FakeTicket[], { pick }: Step): FakeTicket | undefined {
    return tickets[pick % tickets.length];
  }

  #having(kind: FakeTicket['state']['kind']): FakeTicket[] {
    return this.#tickets.filter(({ state }) => state.kind === kind);
  }

  /** Over the limit is nobody, and nobody is let in before one who should come first. */
  #checkAdmission(ticket: FakeTicket): void {
    const { group, rank } = ticket;
    expect(group.inFlight).toBeLessThanOrEqual(this.#setting.limit);
    const hasWaited = ticket.fates.length > 0;
    const before = this.#having('WAITING').filter((other) => {
      if (other.group === group) return other.rank < rank || this.#isEarlier(other, ticket);
      return hasWaited && other.rank < rank && other.group.hasRoom(other.rank);
    });
    expect(before).toEqual([]);
  }

  #isEarlier(one: FakeTicket, other: FakeTicket): boolean {
    // One that is let in as it comes is not among them yet.
    const isLater = this.#tickets.indexOf(other) < this.#tickets.indexOf(one);
    return one.rank === other.rank && !(isLater && this.#tickets.includes(other));
  }

  #check(): void {
    const { gate } = this.#harness;
    for (const { arrived, admitted, refused, left, waiting } of this.#groups) {
      expect(arrived).toBe(admitted + refused.total + left + waiting.length);
    }
    const letIn = this.#tickets.filter(({ state, verdict, fates }) => {
      return state.kind !== 'NEW' && (verdict === 'admitted' || fates.includes('resumed'));
    });
    const admitted = this.#groups.reduce((sum, group) => sum + group.admitted, 0);
    expect(admitted).toBe(letIn.length + this.#passes);
    expect(gate.waiting).toBe(this.#having('WAITING').length);
    expect(gate.waiting).toBeLessThanOrEqual(this.#setting.maxQueue);
    const inFlight = this.#having('ADMITTED')
      .filter(({ isLimited }) => isLimited)
      .map(({ group }) => group)
      .concat(this.#passed);
    expect(gate.inFlight).toBe(inFlight.length);
    for (const group of this.#groups) {
      expect(group.inFlight).toBe(inFlight.filter((other) => other === group).length);
      expect(group.waiting.length).toBe(
        this.#having('WAITING').filter((ticket) => ticket.group === group).length,
      );
    }
    for (const ticket of this.#tickets) expect(this.#endingsOf(ticket)).toBeLessThanOrEqual(1);
  }

  /** How often it was let in, refused, or gave up. */
  #endingsOf(ticket: FakeTicket): number {
    const atOnce = ticket.verdict === 'waiting' ? 0 : 1;
    return atOnce + ticket.fates.length + (this.#quit.has(ticket) ? 1 : 0);
  }
}
