import { AdmissionGroup } from '../../lib/admission/admission-group.ts';
import { Gate } from '../../lib/admission/gate.ts';
import { GradientLimiter } from '../../lib/admission/gradient-limiter.ts';
import { LagController } from '../../lib/admission/lag-controller.ts';
import { FixedLimiter, type LimiterFactory } from '../../lib/admission/limiter.ts';
import type { Rank } from '../../lib/admission/priority.ts';
import type { Ticket, TicketState } from '../../lib/admission/ticket.ts';
import { TimerWheel } from '../../lib/common/timer-wheel.ts';
import type { Random } from '../support/random.ts';
import { Agenda } from './agenda.ts';
import { type Summary, Tally } from './tally.ts';

/** What a handler does, one step after the other. */
export type Step =
  /** Has the event loop for so long, in milliseconds. */
  | { kind: 'cpu'; ms: number }
  /** Waits for so long, in milliseconds. */
  | { kind: 'wait'; ms: number }
  /** Waits for one of the places of a dependency and has it for so long, in milliseconds. */
  | { kind: 'call'; dependency: string; ms: number };

export interface SimulatedRoute {
  name: string;
  steps: readonly Step[];
  /** @default 2, `normal` */
  rank?: Rank;
  /** Time that a caller gives, in milliseconds. @default Infinity */
  timeoutMs?: number;
  /** Arrivals per second from a time on, in milliseconds; intervals are exponential. */
  rate: readonly { fromMs: number; perSecond: number }[];
}

/** Part of the time in which a dependency takes longer. */
export interface Slowdown {
  fromMs: number;
  toMs: number;
  factor: number;
}

export interface Simulation {
  random: Random;
  endsMs: number;
  routes: readonly SimulatedRoute[];
  /** Places of each dependency. */
  dependencies?: Record<string, { places: number; slow?: Slowdown }>;
  /** `none`: everything is let in at once. */
  policy: 'none' | 'gradient' | 'fixed';
  /** Limit of `fixed`. @default 20 */
  limit?: number;
  /** Time of the loop to see a request and to refuse or to answer it, in milliseconds. @default 0.05 */
  overheadMs?: number;
  /** What came before is not counted, in milliseconds. @default 0 */
  measuredFromMs?: number;
  turnMs?: number;
  maxWaitMs?: number;
}

/** What became of the requests of each route. */
export type SimulationResult = Record<string, Summary>;

interface Arrival {
  route: SimulatedRoute;
  group: AdmissionGroup<Ticket>;
  dueAt: number;
  arrivedAt: number;
}

class SimulatedTicket implements Ticket {
  state: TicketState = { kind: 'NEW' };
  readonly isLimited = true;
  readonly route: SimulatedRoute;
  readonly group: AdmissionGroup<Ticket>;
  readonly dueAt: number;
  readonly arrivedAt: number;
  readonly rank: Rank;
  readonly deadlineAt: number;
  resume: () => void = () => undefined;
  refuse: () => void = () => undefined;

  constructor(arrival: Arrival) {
    const { route, group, dueAt, arrivedAt } = arrival;
    this.route = route;
    this.group = group;
    this.dueAt = dueAt;
    this.arrivedAt = arrivedAt;
    this.rank = route.rank ?? 2;
    this.deadlineAt = dueAt + (route.timeoutMs ?? Infinity);
  }
}

interface Dependency {
  free: number;
  /** In order; a long array is slow to take the first one from. */
  readonly waiting: Set<() => void>;
  slow: Slowdown | undefined;
}

/**
 * One event loop under open-loop load, simulated: arrivals keep to their schedule, events that are
 * due are handled one after the other, and whatever has the loop makes all others wait. Minutes of
 * load take seconds.
 */
export function simulate(simulation: Simulation): SimulationResult {
  return new SimulatedLoop(simulation).run();
}

class SimulatedLoop {
  readonly #simulation: Simulation;
  readonly #agenda = new Agenda();
  readonly #tallies = new Map<string, Tally>();
  readonly #groups = new Map<string, AdmissionGroup<Ticket>>();
  readonly #dependencies = new Map<string, Dependency>();
  readonly #gate: Gate | undefined;
  readonly #overheadMs: number;
  /** When the next request for each route arrives. */
  readonly #comingAt = new Map<SimulatedRoute, number>();
  #now = 0;
  #idleMs = 0;
  #endOfTurn: (() => void)[] = [];
  #afterThis: (() => void)[] = [];

  constructor(simulation: Simulation) {
    this.#simulation = simulation;
    this.#overheadMs = simulation.overheadMs ?? 0.05;
    const { policy, routes, dependencies = {} } = simulation;
    const limiter = limiterOf(simulation);
    const maxWaitMs = simulation.maxWaitMs ?? 500;
    for (const { name } of routes) {
      this.#tallies.set(name, new Tally());
      this.#groups.set(
        name,
        new AdmissionGroup({ name, limiter: limiter(name), maxWaitMs, acceptableWaitMs: 100 }),
      );
    }
    for (const [name, { places, slow }] of Object.entries(dependencies)) {
      this.#dependencies.set(name, { free: places, waiting: new Set(), slow });
    }
    this.#gate = policy === 'none' ? undefined : this.#makeGate(maxWaitMs);
  }

  run(): SimulationResult {
    const { routes, endsMs } = this.#simulation;
    for (const route of routes) this.#comingAt.set(route, this.#nextArrival(route, 0));
    while (this.#turn(endsMs)) this.#finishTurn();
    const results = [...this.#tallies].map(([name, tally]) => [name, tally.summary()] as const);
    return Object.fromEntries(results);
  }

  #makeGate(maxWaitMs: number): Gate {
    const clock = { now: () => this.#now };
    const waits: TimerWheel<Ticket> = new TimerWheel({
      clock,
      tickMs: 10,
      onExpire: (ticket) => gate.expire(ticket),
      schedule: (callback, afterMs) => this.#agenda.add(this.#now + afterMs, callback),
    });
    const gate = new Gate({
      loop: {
        clock,
        idleMs: () => this.#idleMs,
        atEndOfTurn: (callback) => void this.#endOfTurn.push(callback),
        afterThis: (callback) => void this.#afterThis.push(callback),
      },
      lag: new LagController({ targetMs: 20 }),
      random: this.#simulation.random,
      turnMs: this.#simulation.turnMs ?? 10,
      maxQueue: 1_000,
      waits,
      maxWaitMs,
    });
    return gate;
  }

  /** Handles what is due; false when the time is up. */
  #turn(endsMs: number): boolean {
    if (this.#endOfTurn.length === 0) {
      const nextAt = Math.min(this.#agenda.nextAt, ...this.#comingAt.values());
      if (nextAt > this.#now) {
        this.#idleMs += nextAt - this.#now;
        this.#now = nextAt;
      }
    }
    this.#receive(this.#now);
    if (this.#now >= endsMs) return false;
    for (const event of this.#agenda.takeUntil(this.#now)) {
      event();
      this.#runAfterThis();
    }
    return true;
  }

  #finishTurn(): void {
    for (const callback of this.#endOfTurn.splice(0)) {
      callback();
      this.#runAfterThis();
    }
  }

  #runAfterThis(): void {
    for (let next = this.#afterThis.shift(); next; next = this.#afterThis.shift()) next();
  }

  /** Puts what arrives until then on the agenda: the kernel takes it, whatever the loop does. */
  #receive(until: number): void {
    for (const [route, firstAt] of this.#comingAt) {
      let dueAt = firstAt;
      for (; dueAt <= until; dueAt = this.#nextArrival(route, dueAt)) {
        const at = dueAt;
        this.#agenda.add(at, () => this.#arrive(route, at));
      }
      this.#comingAt.set(route, dueAt);
    }
  }

  #nextArrival(route: SimulatedRoute, after: number): number {
    return after - (Math.log(1 - this.#simulation.random()) * 1_000) / rateAt(route, after);
  }

  #arrive(route: SimulatedRoute, dueAt: number): void {
    const group = this.#groups.get(route.name);
    if (group === undefined) return;
    this.#now += this.#overheadMs;
    const ticket = new SimulatedTicket({ route, group, dueAt, arrivedAt: this.#now });
    ticket.resume = () => this.#work(ticket, 0);
    ticket.refuse = () => this.#end(ticket, 'refused');
    const verdict = this.#pass(ticket) ? 'admitted' : (this.#gate?.arrive(ticket) ?? 'admitted');
    if (verdict === 'admitted') this.#work(ticket, 0);
    else if (verdict !== 'waiting') this.#end(ticket, 'refused');
  }

  /** Whether it goes on as one that has no ticket. */
  #pass(ticket: SimulatedTicket): boolean {
    const { rank, deadlineAt } = ticket;
    return deadlineAt > this.#now && this.#gate?.pass(ticket, rank, this.#now) === true;
  }

  #work(ticket: SimulatedTicket, from: number): void {
    for (let index = from; index < ticket.route.steps.length; index++) {
      const step = ticket.route.steps[index];
      if (step === undefined) break;
      if (step.kind === 'cpu') {
        this.#now += step.ms;
        continue;
      }
      const goOn = (): void => this.#work(ticket, index + 1);
      if (step.kind === 'wait') this.#agenda.add(this.#now + step.ms, goOn);
      else this.#call(step.dependency, step.ms, goOn);
      return;
    }
    if (ticket.state.kind === 'NEW') this.#gate?.giveBack(ticket.group);
    else this.#gate?.leave(ticket, true);
    this.#end(ticket, 'answered');
  }

  #call(name: string, ms: number, goOn: () => void): void {
    const dependency = this.#dependencies.get(name);
    if (dependency === undefined) throw new Error(`there is no dependency "${name}"`);
    if (dependency.free === 0) {
      dependency.waiting.add(() => this.#occupy(dependency, ms, goOn));
      return;
    }
    dependency.free--;
    this.#occupy(dependency, ms, goOn);
  }

  #occupy(dependency: Dependency, ms: number, goOn: () => void): void {
    const { slow } = dependency;
    const isSlow = slow !== undefined && this.#now >= slow.fromMs && this.#now < slow.toMs;
    this.#agenda.add(this.#now + (isSlow ? ms * slow.factor : ms), () => {
      const [next] = dependency.waiting;
      if (next === undefined) dependency.free++;
      else {
        dependency.waiting.delete(next);
        next();
      }
      goOn();
    });
  }

  #end({ route, dueAt }: SimulatedTicket, ending: 'answered' | 'refused'): void {
    if (dueAt < (this.#simulation.measuredFromMs ?? 0)) return;
    this.#tallies.get(route.name)?.add(ending, this.#now - dueAt);
  }
}

function limiterOf({ policy, limit = 20 }: Simulation): LimiterFactory {
  return policy === 'fixed' ? () => new FixedLimiter(limit) : () => new GradientLimiter();
}

function rateAt({ rate }: SimulatedRoute, now: number): number {
  return rate.findLast(({ fromMs }) => fromMs <= now)?.perSecond ?? 0;
}
