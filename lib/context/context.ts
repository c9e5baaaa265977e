import { thisMachine } from '../common/options/machine.ts';
import { outside } from '../common/outside.ts';
import { runToEnd } from '../common/run-to-end.ts';
import type { Baggage } from './baggage.ts';
import type { ContextKey } from './context-key.ts';
import type { ContextOrigin } from './context-origin.ts';
import { currentScope } from './context-scope.ts';
import { type ContextAbortError, NoContextError } from './context.errors.ts';
import { type ContextRunOptions, contextRunOptions } from './context.options.ts';
import type { Log } from './log.ts';
import { ManagedContext } from './managed-context.ts';
import type { CapturedContext, NoteValue, RequestContext } from './request-context.ts';
import { storage } from './storage.ts';
import type { Timings } from './timings.ts';
import type { Trace } from './trace.ts';

const machine = thisMachine();

/**
 * The current request. Safe to inject into singletons: it does not make them request-scoped, since
 * its getters look up the current request.
 *
 * @example
 * constructor(private readonly context: Context) {}
 * find(id: string) { return this.db.query(SQL, [id], { signal: this.context.signal }); }
 *
 * @throws NoContextError from every instance member outside of a request
 */
export class Context implements RequestContext {
  /** The current request; undefined outside of one. */
  static current(): RequestContext | undefined {
    return storage.getStore();
  }

  /**
   * Runs `fn` as a request of its own: in cron jobs, queue consumers and tests. Inside a request it
   * inherits deadline and abort. Ends when `fn` returns or its promise settles.
   *
   * @throws TypeError or RangeError naming the option that is wrong
   */
  static run<T>(options: ContextRunOptions, fn: (context: RequestContext) => T): T {
    const given = contextRunOptions.check('Context.run', options, machine);
    const { id, deadlineMs, ...headers } = given;
    const scope = currentScope();
    const parent = storage.getStore();
    const startedAt = scope.clock.now();
    const deadlineAt = Math.min(startedAt + deadlineMs, parent?.deadlineAt ?? Infinity);
    const inherited = headers.traceparent === undefined ? traceOf(parent) : {};
    const baggage = headers.baggage ?? inherited.baggage;
    const origin = { id, startedAt, deadlineAt, parent, ...headers, ...inherited, baggage };
    return runIn(new ManagedContext(scope, origin), fn);
  }

  /** Runs `fn` outside any request and any AsyncLocalStorage: for work that outlives the request. */
  static detach<T>(fn: () => T): T {
    return outside(fn);
  }

  /** Runs `fn` in a captured request, in another thread or process. */
  static revive<T>(captured: CapturedContext, fn: (context: RequestContext) => T): T {
    return runIn(revivedContext(captured), fn);
  }

  get id(): string {
    return present().id;
  }

  get startedAt(): number {
    return present().startedAt;
  }

  get ageMs(): number {
    return present().ageMs;
  }

  get remainingMs(): number {
    return present().remainingMs;
  }

  get isDraining(): boolean {
    return present().isDraining;
  }

  get isActive(): boolean {
    return present().isActive;
  }

  get signal(): AbortSignal {
    return present().signal;
  }

  get log(): Log {
    return present().log;
  }

  get timings(): Timings {
    return present().timings;
  }

  get trace(): Trace {
    return present().trace;
  }

  get baggage(): Baggage {
    return present().baggage;
  }

  get<T>(key: ContextKey<T>): T | undefined {
    return present().get(key);
  }

  set<T>(key: ContextKey<T>, value: T): void {
    present().set(key, value);
  }

  note(name: string, value: NoteValue): void {
    present().note(name, value);
  }

  clamp(ms: number): number {
    return present().clamp(ms);
  }

  throwIfAborted(): void {
    present().throwIfAborted();
  }

  onAbort(listener: (error: ContextAbortError) => void): () => void {
    return present().onAbort(listener);
  }

  capture(): CapturedContext {
    return present().capture();
  }
}

/** @throws NoContextError outside of a request */
export function present(): ManagedContext {
  const context = storage.getStore();
  if (context === undefined) throw new NoContextError();
  return context;
}

function traceOf(parent: ManagedContext | undefined): Partial<ContextOrigin> {
  if (parent === undefined) return {};
  const { traceparent, tracestate, baggage } = parent.capture();
  return { traceparent, tracestate, baggage };
}

/** Recreates a captured request; the caller must end it. */
export function revivedContext(captured: CapturedContext): ManagedContext {
  const scope = currentScope();
  const { id, remainingMs, traceparent, tracestate, baggage, values } = captured;
  const startedAt = scope.clock.now();
  const deadlineAt = remainingMs === null ? Infinity : startedAt + remainingMs;
  const origin = { id, startedAt, deadlineAt, traceparent, tracestate, baggage };
  const context = new ManagedContext(scope, origin);
  context.restore(values);
  return context;
}

function runIn<T>(context: ManagedContext, fn: (context: RequestContext) => T): T {
  return runToEnd(
    () => storage.run(context, fn, context),
    () => context.end(),
  );
}
