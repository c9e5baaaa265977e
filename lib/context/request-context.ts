import type { HookReply } from '../common/request-hooks.ts';
import type { WheelEntry } from '../common/timer-wheel.ts';
import { type Baggage, formatBaggage, parseBaggage } from './baggage.ts';
import type {
  CarriedOrigin,
  ContextHome,
  ContextOrigin,
  EndableContext,
  EndListener,
} from './context-home.ts';
import { type ContextKey, slotOf } from './context-key.ts';
import { type AbortReason, ContextAbortError } from './context.errors.ts';
import { HandlerWork } from './handler-work.ts';
import type { Log } from './log.ts';
import { Timings } from './timings.ts';
import { continueTrace, type Trace, traceparentOf } from './trace.ts';

/** A context as plain data, for threads and the wire: clocks differ there, so time is relative. */
export interface CapturedContext {
  id: string;
  /** Time left, in milliseconds; null: no deadline. */
  remainingMs: number | null;
  traceparent: string;
  tracestate: string;
  baggage: string;
  /** Values of the keys that broadcast, by name. */
  values: Record<string, unknown>;
}

/** What a record of the request's access log says besides. */
export type NoteValue = string | number | boolean;

type State = { kind: 'OPEN' } | { kind: 'ABORTED'; error: ContextAbortError } | { kind: 'ENDED' };

/** Those who are told of an abort. */
interface AbortWaiters {
  readonly controller: AbortController | undefined;
  readonly listeners: ReadonlySet<(error: ContextAbortError) => void> | undefined;
}

const OPEN: State = { kind: 'OPEN' };
const ENDED: State = { kind: 'ENDED' };

/** Different notes that are kept per request; later ones are left out. */
const MAX_NOTES = 32;

/** One request: its identity, its time, its signal, and what it carries. */
export class RequestContext {
  readonly id: string;
  /** When it began, in milliseconds on the clock of its process. */
  readonly startedAt: number;
  /** How long it waited to be admitted, in milliseconds. */
  queueWaitMs = 0;
  /** It waits to be admitted. */
  isQueued = false;
  /** What a refusal says of when to try again, in milliseconds: `Retry-After`, if it is a 503. */
  retryAfterMs: number | undefined;
  /** @internal Its handler; undefined where no response ends this context. */
  readonly handler: HandlerWork | undefined;
  readonly #home: ContextHome;
  /** Until it ends: whatever keeps the context from then on, as a timer does, keeps no request. */
  #origin: ContextOrigin | undefined;
  #carried: CarriedOrigin;
  #state: State = OPEN;
  #deadlineAt: number;
  #entry: WheelEntry<EndableContext> | undefined;
  #controller: AbortController | undefined;
  #trace: Trace | undefined;
  #baggage: Baggage | undefined;
  #timings: Timings | undefined;
  #values: Map<ContextKey<unknown> | string, unknown> | undefined;
  #notes: Map<string, NoteValue> | undefined;
  #isAnsweredLate = false;
  #unlink: (() => void) | undefined;
  #atEnd: EndListener | undefined;
  #abortListeners: Set<(error: ContextAbortError) => void> | undefined;

  /** @internal */
  constructor(home: ContextHome, origin: ContextOrigin) {
    this.id = origin.id;
    this.startedAt = origin.startedAt;
    this.#home = home;
    this.#origin = origin;
    this.#carried = origin;
    this.handler = origin.endsWithResponse === true ? new HandlerWork() : undefined;
    this.#deadlineAt = origin.deadlineAt;
    if (origin.deadlineAt < Infinity) {
      this.#entry = home.deadlines.add(this, origin.deadlineAt);
    }
  }

  /** When its time is up, in milliseconds on the clock of its process; `Infinity`: never. */
  get deadline(): number {
    return this.#deadlineAt;
  }

  /** Time left, in milliseconds, never negative; `Infinity` without a deadline. */
  get remainingMs(): number {
    return Math.max(0, this.#deadlineAt - this.#home.clock.now());
  }

  /** Time since it began, in milliseconds. */
  get ageMs(): number {
    return this.#home.clock.now() - this.startedAt;
  }

  /** True from the start of a drain: a good moment to stop polling or to end a stream. */
  get draining(): boolean {
    return this.#home.isDraining;
  }

  /** Whether its work should go on: not once it was aborted, or answered. */
  get isActive(): boolean {
    return this.#state === OPEN;
  }

  /** Aborts once, with a `ContextAbortError` whose `reason` says why. Made when first asked for. */
  get signal(): AbortSignal {
    return (this.#controller ?? this.#makeController()).signal;
  }

  /** The logger, whose records carry this request's id. */
  get log(): Log {
    return this.#home.log;
  }

  /** Fastify's configuration of its route: asking Fastify for it makes an object each time. */
  get routeConfig(): object | undefined {
    return this.#carried.routeConfig;
  }

  /** The active span of OpenTelemetry where it is in use, else this request's own. */
  get trace(): Trace {
    return this.#home.openTelemetry?.activeTrace() ?? this.#ownTrace();
  }

  /** The same, unless nobody outside knows of it: a trace that would begin here. */
  get knownTrace(): Trace | undefined {
    const active = this.#home.openTelemetry?.activeTrace();
    if (active !== undefined) return active;
    const isKnown = this.#trace !== undefined || this.#carried.traceparent !== undefined;
    return isKnown ? this.#ownTrace() : undefined;
  }

  /** @internal Headers that an instrumented client adds by itself to a call that is made now. */
  get injectedHeaders(): readonly string[] {
    return this.#home.openTelemetry?.injectedHeaders() ?? [];
  }

  get baggage(): Baggage {
    return (this.#baggage ??= parseBaggage(this.#carried.baggage, this.#home.options.baggage));
  }

  get timings(): Timings {
    return (this.#timings ??= new Timings(this.#home.clock));
  }

  /** Whether any timing was recorded: asking does not make one. */
  get hasTimings(): boolean {
    return this.#timings !== undefined;
  }

  /** @internal Its time is up, and the answer says so: the handler may be at work. */
  get isAnsweredLate(): boolean {
    return this.#isAnsweredLate;
  }

  get notes(): ReadonlyMap<string, NoteValue> | undefined {
    return this.#notes;
  }

  get<T>(key: ContextKey<T>): T | undefined {
    return this.#values?.get(slotOf(key)) as T | undefined;
  }

  set<T>(key: ContextKey<T>, value: T): void {
    (this.#values ??= new Map()).set(slotOf(key), value);
  }

  /** Adds a field to the request's access record; 32 at most. */
  note(name: string, value: NoteValue): void {
    const notes = (this.#notes ??= new Map());
    if (notes.size < MAX_NOTES || notes.has(name)) notes.set(name, value);
  }

  /** A wait of `ms`, cut to the time left. */
  clamp(ms: number): number {
    return Math.min(ms, this.remainingMs);
  }

  /** @throws ContextAbortError when the client is gone, the time is up or the process ends */
  throwIfAborted(): void {
    if (this.#state.kind === 'ABORTED') throw this.#state.error;
    if (this.#deadlineAt <= this.#home.clock.now()) throw new ContextAbortError('deadline');
  }

  /** This context as plain data. */
  capture(): CapturedContext {
    const { trace, remainingMs } = this;
    return {
      id: this.id,
      remainingMs: remainingMs === Infinity ? null : remainingMs,
      traceparent: traceparentOf(trace),
      tracestate: trace.state,
      baggage: formatBaggage(this.baggage),
      values: this.#values === undefined ? {} : broadcastOf(this.#values),
    };
  }

  /** Takes broadcast values over, by name. */
  restore(values: Record<string, unknown>): void {
    for (const name of Object.keys(values)) (this.#values ??= new Map()).set(name, values[name]);
  }

  /** The deadline no longer counts. */
  liftDeadline(): void {
    this.#leaveWheel();
    this.#deadlineAt = Infinity;
  }

  /** @internal The wheel has reached the deadline. */
  expire(): void {
    this.#entry = undefined;
    if (this.#state.kind !== 'OPEN') return;
    this.#isAnsweredLate = true;
    if (this.#origin?.onDeadline?.(this) !== true) return this.abort('deadline');
    this.#isAnsweredLate = false;
    this.liftDeadline();
  }

  /** @internal An error in its work reached nobody: what its client waits for will not come. */
  crash(): void {
    if (this.#state.kind === 'OPEN') this.#origin?.onCrash?.(this);
  }

  /** Ends the work for this request; the first reason counts. */
  abort(reason: AbortReason): void {
    if (this.#state.kind !== 'OPEN') return;
    const error = new ContextAbortError(reason);
    this.#state = { kind: 'ABORTED', error };
    this.#release();
    const { controller, listeners } = this.#takeListeners();
    controller?.abort(error);
    for (const listener of listeners ?? []) listener(error);
  }

  /**
   * Calls back once when the work should stop, as `signal` does, for less. The returned function
   * takes it back.
   */
  onAbort(listener: (error: ContextAbortError) => void): () => void {
    if (this.#state.kind === 'ABORTED') listener(this.#state.error);
    if (this.#state.kind !== 'OPEN') return ignore;
    this.#home.signalled.add(this);
    const listeners = (this.#abortListeners ??= new Set());
    listeners.add(listener);
    if (this.#home.isEnding) this.abort('shutdown');
    else this.#followParent();
    return () => void listeners.delete(listener);
  }

  /** @internal Whether it belongs to the application whose contexts share `home`. */
  isOf(home: ContextHome): boolean {
    return this.#home === home;
  }

  /** The request is answered. Its signal will not abort any more. */
  end(): void {
    if (this.#state.kind !== 'OPEN') return;
    this.#state = ENDED;
    this.#release();
    this.#takeListeners();
  }

  /**
   * Calls back once when the response has ended, well or not: cheaper than one more listener of it.
   *
   * @internal
   * @returns false where no response ends this context: it will not call back
   */
  atEnd(listener: EndListener): boolean {
    if (this.handler === undefined) return false;
    const before = this.#atEnd;
    this.#atEnd = before === undefined ? listener : inTurn(before, listener);
    return true;
  }

  /** @internal The response has ended. */
  close(reply: HookReply): void {
    this.end();
    const atEnd = this.#atEnd;
    this.#atEnd = undefined;
    atEnd?.(reply);
    this.handler?.responseEnded(reply);
  }

  /** @internal An answer is being sent. */
  answered(reply: HookReply): void {
    if (!this.#isAnsweredLate) this.handler?.end(reply);
  }

  #ownTrace(): Trace {
    const { traceparent, tracestate } = this.#carried;
    return (this.#trace ??= continueTrace(traceparent, tracestate));
  }

  #makeController(): AbortController {
    const controller = new AbortController();
    this.#controller = controller;
    if (this.#state.kind === 'ABORTED') controller.abort(this.#state.error);
    if (this.#state.kind !== 'OPEN') return controller;
    this.#home.signalled.add(this);
    if (this.#home.isEnding) this.abort('shutdown');
    else this.#followParent();
    return controller;
  }

  #followParent(): void {
    if (this.#unlink !== undefined) return;
    this.#unlink = this.#origin?.parent?.onAbort(({ reason }) => this.abort(reason));
  }

  #release(): void {
    this.#leaveWheel();
    this.#unlink?.();
    this.#unlink = undefined;
    this.#home.signalled.delete(this);
    const { traceparent, tracestate, baggage, routeConfig } = this.#carried;
    this.#carried = { traceparent, tracestate, baggage, routeConfig };
    this.#origin = undefined;
  }

  /** A signal that is asked for later is a new one, in the same state. */
  #takeListeners(): AbortWaiters {
    const taken = { controller: this.#controller, listeners: this.#abortListeners };
    this.#controller = undefined;
    this.#abortListeners = undefined;
    return taken;
  }

  #leaveWheel(): void {
    if (this.#entry === undefined) return;
    this.#home.deadlines.remove(this.#entry);
    this.#entry = undefined;
  }
}

function ignore(): void {}

function inTurn(first: EndListener, second: EndListener): EndListener {
  return (reply) => {
    first(reply);
    second(reply);
  };
}

function broadcastOf(values: ReadonlyMap<unknown, unknown>): Record<string, unknown> {
  return Object.fromEntries([...values].filter(([key]) => typeof key === 'string'));
}
