import { thisMachine } from '../common/options/machine.ts';
import { outside } from '../common/outside.ts';
import { runToEnd } from '../common/run-to-end.ts';
import type { Baggage } from './baggage.ts';
import type { ContextOrigin } from './context-home.ts';
import type { ContextKey } from './context-key.ts';
import { currentScope } from './context-scope.ts';
import { NoContextError } from './context.errors.ts';
import { type ContextRunOptions, contextRunOptions } from './context.options.ts';
import type { Log } from './log.ts';
import { type CapturedContext, type NoteValue, RequestContext } from './request-context.ts';
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
export class Context {
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
    const checked = contextRunOptions.check('Context.run', options, machine);
    const { id, deadlineMs, ...headers } = checked;
    const scope = currentScope();
    const parent = storage.getStore();
    const startedAt = scope.clock.now();
    const deadlineAt = Math.min(startedAt + deadlineMs, parent?.deadline ?? Infinity);
    const inherited = headers.traceparent === undefined ? traceOf(parent) : {};
    const origin = { id, startedAt, deadlineAt, parent, ...headers, ...inherited };
    return runIn(new RequestContext(scope, origin), fn);
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

  /** Start of the request, in milliseconds on this process's clock. */
  get startedAt(): number {
    return present().startedAt;
  }

  /** Deadline in milliseconds on this process's clock; `Infinity`: none. */
  get deadline(): number {
    return present().deadline;
  }

  /** Time left, never negative; `Infinity` without a deadline. */
  get remainingMs(): number {
    return present().remainingMs;
  }

  /** Aborts once, with a `ContextAbortError`: client gone, deadline passed, or shutdown. */
  get signal(): AbortSignal {
    return present().signal;
  }

  /** True from the start of a drain. */
  get draining(): boolean {
    return present().draining;
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

  /** Adds a field to the request's access record. */
  note(name: string, value: NoteValue): void {
    present().note(name, value);
  }

  /** Limits a wait of `ms` to the time left. */
  clamp(ms: number): number {
    return present().clamp(ms);
  }

  /** @throws ContextAbortError if the work for this request should stop */
  throwIfAborted(): void {
    present().throwIfAborted();
  }

  /** Serializes the request, for threads and the wire. */
  capture(): CapturedContext {
    return present().capture();
  }
}

/** @throws NoContextError outside of a request */
export function present(): RequestContext {
  const context = storage.getStore();
  if (context === undefined) throw new NoContextError();
  return context;
}

function traceOf(parent: RequestContext | undefined): Partial<ContextOrigin> {
  if (parent === undefined) return {};
  const { traceparent, tracestate, baggage } = parent.capture();
  return { traceparent, tracestate, baggage };
}

/** Recreates a captured request; the caller must end it. */
export function revivedContext(captured: CapturedContext): RequestContext {
  const scope = currentScope();
  const { id, remainingMs, traceparent, tracestate, baggage, values } = captured;
  const startedAt = scope.clock.now();
  const deadlineAt = remainingMs === null ? Infinity : startedAt + remainingMs;
  const origin = { id, startedAt, deadlineAt, traceparent, tracestate, baggage };
  const context = new RequestContext(scope, origin);
  context.restore(values);
  return context;
}

function runIn<T>(context: RequestContext, fn: (context: RequestContext) => T): T {
  return runToEnd(
    () => storage.run(context, fn, context),
    () => context.end(),
  );
}
