import type { HookReply } from '../common/http/request-hooks.ts';
import { ignore } from '../common/ignore.ts';
import type { WheelEntry } from '../common/timer-wheel.ts';
import { type Baggage, formatBaggage, parseBaggage } from './baggage.ts';
import { type ContextKey, slotOf } from './context-key.ts';
import type {
  CarriedOrigin,
  ContextOrigin,
  EndableContext,
  ResponseEndListener,
} from './context-origin.ts';
import type { ContextScope } from './context-scope.ts';
import { type AbortReason, ContextAbortError } from './context.errors.ts';
import { DEADLINE_HEADER } from './context.options.ts';
import { HandlerWork } from './handler-work.ts';
import { KeptLines, type LineBudget } from './kept-lines.ts';
import type { Log } from './log.ts';
import type { CapturedContext, NoteValue, RequestContext } from './request-context.ts';
import { Timings } from './timings.ts';
import { continueTrace, type Trace, traceparentOf } from './trace.ts';

type State = { kind: 'OPEN' } | { kind: 'ABORTED'; error: ContextAbortError } | { kind: 'ENDED' };

/** Recipients of an abort. */
interface AbortWaiters {
  readonly controller: AbortController | undefined;
  readonly listeners: ReadonlySet<(error: ContextAbortError) => void> | undefined;
}

const NOTHING_CARRIED: CarriedOrigin = Object.freeze({});

const OPEN: State = { kind: 'OPEN' };
const ENDED: State = { kind: 'ENDED' };

/** Maximum number of notes per request; later ones are dropped. */
const MAX_NOTES = 32;

/** A request's context with what manages it: deadline, abort, handler and notes. */
export class ManagedContext implements RequestContext, EndableContext {
  readonly id: string;
  readonly startedAt: number;
  /** Fastify's configuration of the route. */
  readonly routeConfig: object | undefined;
  /** Wait for admission. */
  queueWaitMs = 0;
  /** Whether it waits for admission. */
  isQueued = false;
  /** `Retry-After` of the answer, if that is a 503. */
  retryAfterMs: number | undefined;
  /** Handler state; undefined if no response ends this context. */
  readonly handler: HandlerWork | undefined;
  readonly #scope: ContextScope;
  /** Dropped at the end, so that a retained context does not retain its request. */
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
  #lineBudget: LineBudget | undefined;
  #lines: KeptLines | undefined;
  #isAnsweredLate = false;
  #unlink: (() => void) | undefined;
  #atEnd: ResponseEndListener | undefined;
  #abortListeners: Set<(error: ContextAbortError) => void> | undefined;

  constructor(scope: ContextScope, origin: ContextOrigin) {
    this.id = origin.id;
    this.startedAt = origin.startedAt;
    this.routeConfig = origin.routeConfig;
    this.#scope = scope;
    this.#origin = origin;
    this.#carried = origin;
    this.handler = origin.endsWithResponse === true ? new HandlerWork() : undefined;
    this.#deadlineAt = origin.deadlineAt;
    if (origin.deadlineAt < Infinity) {
      this.#entry = scope.deadlines.add(this, origin.deadlineAt);
    }
  }

  /** Deadline in milliseconds on this process's clock; `Infinity`: none. */
  get deadlineAt(): number {
    return this.#deadlineAt;
  }

  get remainingMs(): number {
    return Math.max(0, this.#deadlineAt - this.#scope.clock.now());
  }

  /** Header for the remaining time, in and out; the default where callers have no say. */
  get deadlineHeader(): string {
    return this.#scope.options.deadline.header ?? DEADLINE_HEADER;
  }

  get ageMs(): number {
    return this.#scope.clock.now() - this.startedAt;
  }

  get isDraining(): boolean {
    return this.#scope.isDraining;
  }

  get isActive(): boolean {
    return this.#state === OPEN;
  }

  get signal(): AbortSignal {
    return (this.#controller ?? this.#makeController()).signal;
  }

  get log(): Log {
    return this.#scope.log;
  }

  get trace(): Trace {
    return this.activeTrace ?? this.#ownTrace();
  }

  /** Keeps its first log lines from now on, until `takeLines` or `forgetLines`. */
  keepLines(budget: LineBudget): void {
    this.#lineBudget = budget;
  }

  /** Called with each line that is written within it. */
  wrote(line: string): void {
    if (this.#lineBudget === undefined) return;
    this.#lines ??= new KeptLines(this.#lineBudget);
    this.#lines.push(line);
  }

  /** Keeps no lines any more. */
  forgetLines(): void {
    this.#lines?.ended();
    this.#lines = undefined;
    this.#lineBudget = undefined;
  }

  /** Its first lines, to keep beyond its end; lines that it writes later join them. */
  takeLines(): KeptLines | undefined {
    if (this.#lineBudget === undefined) return undefined;
    const lines = (this.#lines ??= new KeptLines(this.#lineBudget));
    lines.ended();
    return lines;
  }

  /** The trace, unless it would only begin here, unknown to anyone else. */
  get knownTrace(): Trace | undefined {
    return this.activeTrace ?? this.carriedTrace;
  }

  /** Trace of the active span, which is of this request only where its own code runs. */
  get activeTrace(): Trace | undefined {
    return this.#scope.openTelemetry?.activeTrace();
  }

  /** The trace that it continues or has begun itself; the same wherever it is read. */
  get carriedTrace(): Trace | undefined {
    const isKnown = this.#trace !== undefined || this.#carried.traceparent !== undefined;
    return isKnown ? this.#ownTrace() : undefined;
  }

  get baggage(): Baggage {
    return (this.#baggage ??= parseBaggage(this.#carried.baggage, this.#scope.options.baggage));
  }

  get timings(): Timings {
    return (this.#timings ??= new Timings(this.#scope.clock));
  }

  /** Whether a timing was recorded; unlike `timings`, this creates no object. */
  get hasTimings(): boolean {
    return this.#timings !== undefined;
  }

  /** Whether the deadline was answered, possibly while the handler still runs. */
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

  note(name: string, value: NoteValue): void {
    const notes = (this.#notes ??= new Map());
    if (notes.size < MAX_NOTES || notes.has(name)) notes.set(name, value);
  }

  clamp(ms: number): number {
    return Math.min(ms, this.remainingMs);
  }

  throwIfAborted(): void {
    if (this.#state.kind === 'ABORTED') throw this.#state.error;
    if (this.#deadlineAt <= this.#scope.clock.now()) throw new ContextAbortError('deadline');
  }

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

  /** Restores broadcast values by name. */
  restore(values: Record<string, unknown>): void {
    for (const name of Object.keys(values)) (this.#values ??= new Map()).set(name, values[name]);
  }

  /** Removes the deadline. */
  liftDeadline(): void {
    this.#leaveWheel();
    this.#deadlineAt = Infinity;
  }

  /** Called by the timer wheel at the deadline. */
  expire(): void {
    this.#entry = undefined;
    if (this.#state.kind !== 'OPEN') return;
    this.#answersLate(true);
    if (this.#origin?.onDeadline?.(this) !== true) return this.abort('deadline');
    this.#answersLate(false);
    this.liftDeadline();
  }

  #answersLate(isLate: boolean): void {
    this.#isAnsweredLate = isLate;
    if (this.handler !== undefined) this.handler.isLate = isLate;
  }

  /** Answers after an unhandled error in its work. */
  crash(): void {
    if (this.#state.kind === 'OPEN') this.#origin?.onCrash?.(this);
  }

  /** Aborts the work for this request; the first reason counts. */
  abort(reason: AbortReason): void {
    if (this.#state.kind !== 'OPEN') return;
    const error = new ContextAbortError(reason);
    this.#state = { kind: 'ABORTED', error };
    this.#release();
    const { controller, listeners } = this.#takeListeners();
    controller?.abort(error);
    for (const listener of listeners ?? []) listener(error);
  }

  onAbort(listener: (error: ContextAbortError) => void): () => void {
    if (this.#state.kind === 'ABORTED') listener(this.#state.error);
    if (this.#state.kind !== 'OPEN') return ignore;
    this.#scope.signalled.add(this);
    const listeners = (this.#abortListeners ??= new Set());
    listeners.add(listener);
    if (this.#scope.isEnding) this.abort('shutdown');
    else this.#followParent();
    return () => void listeners.delete(listener);
  }

  /** Whether it belongs to the application of `scope`. */
  isOf(scope: ContextScope): boolean {
    return this.#scope === scope;
  }

  /** Ends the context: its signal no longer aborts, and its deadline limits nothing that goes on. */
  end(): void {
    if (this.#state.kind !== 'OPEN') return;
    this.#state = ENDED;
    this.#release();
    this.#deadlineAt = Infinity;
    this.#takeListeners();
  }

  /**
   * Calls `listener` once when the response has ended, complete or not; cheaper than an event.
   *
   * @returns false if no response ends this context: the listener is never called
   */
  atEnd(listener: ResponseEndListener): boolean {
    if (this.handler === undefined) return false;
    const before = this.#atEnd;
    this.#atEnd = before === undefined ? listener : inTurn(before, listener);
    return true;
  }

  /** Called when the response has ended. */
  close(reply: HookReply): void {
    this.end();
    const atEnd = this.#atEnd;
    this.#atEnd = undefined;
    atEnd?.(reply);
    this.handler?.responseEnded(reply);
  }

  /** Called when an answer is about to be sent. */
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
    this.#scope.signalled.add(this);
    if (this.#scope.isEnding) this.abort('shutdown');
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
    this.#scope.signalled.delete(this);
    this.#carried = carriedBy(this.#carried);
    this.#origin = undefined;
  }

  /** Removes recipients; a signal requested later is a new one in the same state. */
  #takeListeners(): AbortWaiters {
    const taken = { controller: this.#controller, listeners: this.#abortListeners };
    this.#controller = undefined;
    this.#abortListeners = undefined;
    return taken;
  }

  #leaveWheel(): void {
    if (this.#entry === undefined) return;
    this.#scope.deadlines.remove(this.#entry);
    this.#entry = undefined;
  }
}

/** Copy without the origin's other parts; most requests carry nothing. */
function carriedBy({ traceparent, tracestate, baggage }: CarriedOrigin): CarriedOrigin {
  if (traceparent === undefined && tracestate === undefined && baggage === undefined) {
    return NOTHING_CARRIED;
  }
  return { traceparent, tracestate, baggage };
}

function inTurn(first: ResponseEndListener, second: ResponseEndListener): ResponseEndListener {
  return (reply) => {
    first(reply);
    second(reply);
  };
}

function broadcastOf(values: ReadonlyMap<unknown, unknown>): Record<string, unknown> {
  return Object.fromEntries([...values].filter(([key]) => typeof key === 'string'));
}
