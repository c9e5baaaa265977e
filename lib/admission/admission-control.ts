import type { ErrorFilters } from '../common/http/send-error.ts';
import { outsideTimeout } from '../common/outside.ts';
import { processLifecycle } from '../common/process/lifecycle.ts';
import { oldGenerationUsed, ownOldGenerationLimit } from '../common/process/old-generation.ts';
import { TimerWheel } from '../common/timer-wheel.ts';
import { currentScope } from '../context/context-scope.ts';
import { settingsOf } from '../context/http-entry.ts';
import { processSettings } from '../reports/process-settings.ts';
import { processLoopDelay } from '../stats/loop-delay.ts';
import { AbandonedWork } from './abandoned-work.ts';
import { AdmissionEntry } from './admission-entry.ts';
import { AdmissionHistory, type AdmissionPoint, type GroupPoint } from './admission-history.ts';
import {
  type AdmissionSnapshot,
  type GroupSnapshot,
  admissionSnapshot,
} from './admission-snapshot.ts';
import type { ResolvedAdmissionOptions } from './admission.options.ts';
import { BodyWatch } from './body-watch.ts';
import { Bypass } from './bypass.ts';
import { CallerPriority } from './caller-priority.ts';
import { CallerQuota } from './caller-quota.ts';
import { FreePassage } from './free-passage.ts';
import { Gate } from './gate.ts';
import { LagController } from './lag-controller.ts';
import { eventLoop } from './loop.ts';
import { type MemoryRung, MemoryRungs } from './memory-rungs.ts';
import { ReconnectShare } from './reconnect-share.ts';
import { Refusals } from './refusals.ts';
import { type AdmissionSettings, RoutePlans } from './route-plans.ts';
import { RuntimeLimits } from './runtime-limits.ts';
import { SecurityHeaders } from './security-headers.ts';
import type { Ticket } from './ticket.ts';

/** Interval of memory readings and history points. */
const EVERY_MS = 1_000;

/** Resolution of wait timeouts: a wait ends up to this much late. */
const WAIT_TICK_MS = 10;

/** Minimum timer lateness that counts as lag; less is usual. */
const LATE_MS = 5;

/** Admission as the pages show it. */
export interface AdmissionReport extends Omit<AdmissionSnapshot, 'groups'> {
  /** One point per second of the last five minutes. */
  history: AdmissionPoint[];
  groups: (GroupSnapshot & { history: GroupPoint[] })[];
}

/** Whether an application refuses requests, or is short of memory. */
export interface AdmissionPressure {
  rung: MemoryRung;
  /** Requests refused within the last 30 s. */
  refusedLately: number;
}

const LATELY_MS = 30_000;

/** Admission of one application: builds its parts and does the periodic work. */
export class AdmissionControl {
  readonly entry: AdmissionEntry;
  readonly plans: RoutePlans;
  readonly gate: Gate;
  readonly #lag: LagController | undefined;
  readonly #memory: MemoryRungs | undefined;
  readonly #share = isAlone() ? undefined : new ReconnectShare(Math.random);
  readonly #bypass: Bypass;
  readonly #bodies: BodyWatch | undefined;
  readonly #heapLimitBytes = ownOldGenerationLimit();
  readonly #headers = new SecurityHeaders();
  readonly #history = new AdmissionHistory();
  readonly #limits: RuntimeLimits;
  #ends: (() => void)[] = [];

  constructor(options: ResolvedAdmissionOptions, filters: ErrorFilters) {
    const { lagTargetMs: targetMs, memory, body } = options;
    const { clock } = eventLoop;
    this.#lag = targetMs === undefined ? undefined : new LagController({ targetMs });
    this.#memory = memory === undefined ? undefined : new MemoryRungs(memory);
    this.#limits = new RuntimeLimits(processSettings(), {
      turnMs: options.turnMs,
      maxQueue: options.queue.maxQueue,
    });
    this.gate = this.#makeGate(options);
    this.#bypass = new Bypass(options.bypass.maxInFlight);
    this.#bodies = body === undefined ? undefined : new BodyWatch({ ...body, clock });
    const { plans, entry } = this.#makeEntry(options, filters);
    this.plans = plans;
    this.entry = entry;
  }

  start(): void {
    const timer = setInterval(() => this.#everySecond(), EVERY_MS).unref();
    const stopListening = processLoopDelay().listen((lateMs) => {
      if (lateMs >= LATE_MS) this.#lag?.turn(lateMs);
    });
    this.#ends = [() => clearInterval(timer), stopListening];
  }

  stop(): void {
    for (const end of this.#ends.splice(0)) end();
    this.#bodies?.stop();
    this.#limits.close();
  }

  snapshot(): AdmissionSnapshot {
    return admissionSnapshot({
      gate: this.gate,
      plans: this.plans,
      lag: this.#lag,
      memory: this.#memory,
      bypass: this.#bypass.counts,
      bodies: this.#bodies,
    });
  }

  /** The snapshot with the history of the last five minutes. */
  report(): AdmissionReport {
    const { groups, ...process } = this.snapshot();
    return {
      ...process,
      history: this.#history.points,
      groups: groups.map((group) => withHistory(group, this.#history.of(group.name))),
    };
  }

  /** The same without the history of each route, which is nearly all of it: for regular reads. */
  brief(): AdmissionReport {
    const { groups, ...process } = this.snapshot();
    return {
      ...process,
      history: this.#history.points,
      groups: groups.map((group) => withHistory(group, [])),
    };
  }

  /** Pressure alone, without the full report: cheap enough for a read every few seconds. */
  pressure(): AdmissionPressure {
    const rung = this.#memory?.rung ?? 'NONE';
    return { rung, refusedLately: this.#history.refusedWithin(LATELY_MS) };
  }

  #makeEntry(
    { limiter, queue, priority, quota, retryAfter, bypass }: ResolvedAdmissionOptions,
    filters: ErrorFilters,
  ): { plans: RoutePlans; entry: AdmissionEntry } {
    const { random } = Math;
    const { clock } = eventLoop;
    const both = {
      gate: this.gate,
      memory: this.#memory,
      share: this.#share,
      priority: priority && new CallerPriority(priority),
      abandoned: new AbandonedWork({ clock, onStuck: reportStuck }),
      headers: this.#headers,
    };
    const free = new FreePassage(both);
    const plans = new RoutePlans({
      limiter,
      limiterOf: (group, own) => this.#limits.limiterOf(group, own),
      maxWaitMs: queue.maxWaitMs,
      acceptableWaitMs: queue.acceptableWaitMs,
      bypassPaths: bypass.paths,
      settingsOf: ownSettings,
      holdOf: (group) => free.holdOf(group),
    });
    const entry = new AdmissionEntry({
      ...both,
      plans,
      clock,
      // Only a ticket carries the caller's quota key.
      free: quota === undefined ? free : undefined,
      bypass: this.#bypass,
      bodies: this.#bodies,
      refusals: new Refusals({ retryAfter, random, filters, headers: this.#headers }),
      quota: quota && new CallerQuota(quota),
    });
    return { plans, entry };
  }

  #makeGate({ queue: { maxWaitMs } }: ResolvedAdmissionOptions): Gate {
    const waits: TimerWheel<Ticket> = new TimerWheel({
      clock: eventLoop.clock,
      tickMs: WAIT_TICK_MS,
      onExpire: (ticket) => gate.expire(ticket),
      schedule: outsideTimeout,
    });
    const lag = this.#lag;
    const random = Math.random;
    const limits = this.#limits;
    const gate = new Gate({
      loop: eventLoop,
      lag,
      random,
      isPressed: (now) => this.#isPressed(now),
      waits,
      maxWaitMs,
      get turnMs() {
        return limits.turnMs;
      },
      get maxQueue() {
        return limits.maxQueue;
      },
    });
    return gate;
  }

  #isPressed(now: number): boolean {
    if (this.#share?.isUnderPressure(now) === true) return true;
    return this.#memory !== undefined && this.#memory.rung !== 'NONE';
  }

  #everySecond(): void {
    this.#memory?.read({
      heapUsedBytes: oldGenerationUsed(),
      heapLimitBytes: this.#heapLimitBytes,
      rssBytes: process.memoryUsage.rss(),
    });
    this.gate.adjust(eventLoop.clock.now());
    this.gate.wake();
    this.#headers.expire();
    this.#history.add(this.snapshot());
  }
}

/** Whether no other worker could take over a connection. */
function isAlone(): boolean {
  return processLifecycle().identity.mode === 'single';
}

function reportStuck(group: string): void {
  const { log } = currentScope();
  log.warn(
    { context: 'admission', group },
    'a handler is still running 30 s after its response and holds its place: ' +
      'follow context.signal, and limit the time of each wait',
  );
}

/** Settings from this library's decorators, which have validated them. */
function ownSettings(config: object): AdmissionSettings | undefined {
  return settingsOf(config) as AdmissionSettings | undefined;
}

function withHistory(
  group: GroupSnapshot,
  history: GroupPoint[],
): AdmissionReport['groups'][number] {
  return { ...group, history };
}
