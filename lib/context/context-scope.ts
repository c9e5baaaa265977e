import { type Clock, processClock } from '../common/clock.ts';
import type { SendError } from '../common/http/send-error.ts';
import { outsideTimeout } from '../common/outside.ts';
import { processLifecycle } from '../common/process/lifecycle.ts';
import { TimerWheel } from '../common/timer-wheel.ts';
import type { EndableContext } from './context-origin.ts';
import { CONTEXT_OPTIONS, type ResolvedContextOptions } from './context.options.ts';
import { consoleLog, type Log } from './log.ts';
import type { OpenTelemetry } from './open-telemetry.ts';

/** Resolution of deadlines: one expires at most this late. */
const TICK_MS = 10;

export interface ContextScopeDependencies {
  options?: ResolvedContextOptions;
  clock?: Clock;
  openTelemetry?: OpenTelemetry | undefined;
}

/** State shared by the contexts of one application: options, deadlines, draining, the logger. */
export class ContextScope {
  readonly options: ResolvedContextOptions;
  readonly clock: Clock;
  /** Undefined if `@opentelemetry/api` is not installed. */
  readonly openTelemetry: OpenTelemetry | undefined;
  /** Expires contexts whose deadline has passed. */
  readonly deadlines: TimerWheel<EndableContext>;
  /** Contexts with a signal or an abort listener. */
  readonly signalled = new Set<EndableContext>();
  /** Answers a request with an error. */
  sendError: SendError = (reply, error) => void reply.send(error);
  #log: Log = consoleLog;
  #isDraining = false;
  #isEnding = false;

  constructor({ options, clock, openTelemetry }: ContextScopeDependencies = {}) {
    this.options = options ?? CONTEXT_OPTIONS.resolve();
    this.clock = clock ?? processClock;
    this.openTelemetry = openTelemetry;
    this.deadlines = new TimerWheel({
      clock: this.clock,
      tickMs: TICK_MS,
      onExpire: (context) => context.expire(),
      schedule: outsideTimeout,
    });
  }

  get log(): Log {
    return this.#log;
  }

  /** Sets the logger of the application, instead of the console. */
  logWith(log: Log): void {
    this.#log = log;
  }

  get isDraining(): boolean {
    return this.#isDraining || processLifecycle().phase !== 'SERVING';
  }

  /** Whether the grace period of a drain has ended. */
  get isEnding(): boolean {
    return this.#isEnding || processLifecycle().phase === 'ENDING';
  }

  /** Marks the start of the application's shutdown. */
  startDrain(): void {
    this.#isDraining = true;
  }

  /** Ends the grace period: aborts what is in flight. */
  end(): void {
    this.#isEnding = true;
    for (const context of this.signalled) context.abort('shutdown');
  }
}

/** Scope of manually entered contexts while no application has a ContextModule. */
let fallback: ContextScope | undefined;
let current: ContextScope | undefined;

/** Scope for manually entered contexts: the application's. */
export function currentScope(): ContextScope {
  return current ?? (fallback ??= new ContextScope());
}

/** Sets the scope for manually entered contexts; the returned function resets it. */
export function provideScope(scope: ContextScope): () => void {
  current = scope;
  return () => {
    if (current === scope) current = undefined;
  };
}
