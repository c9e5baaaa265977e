import { type Clock, processClock } from '../common/clock.ts';
import { processLifecycle } from '../common/lifecycle.ts';
import { outsideTimeout } from '../common/outside.ts';
import type { HookReply, HookRequest } from '../common/request-hooks.ts';
import type { SendError } from '../common/send-error.ts';
import { TimerWheel } from '../common/timer-wheel.ts';
import type { ContextHome, EndableContext } from './context-home.ts';
import { CONTEXT_OPTIONS, type ResolvedContextOptions } from './context.options.ts';
import { consoleLog, type Log } from './log.ts';
import type { OpenTelemetry } from './open-telemetry.ts';
import type { RequestContext } from './request-context.ts';

/** Resolution of deadlines: one expires at most this late. */
const TICK_MS = 10;

/** Called with a request and its context. */
export type ContextListener = (
  context: RequestContext,
  request: HookRequest,
  reply: HookReply,
) => void;

/** Request data that outlives the HTTP/2 stream. */
export interface KeptRequest {
  readonly context: RequestContext;
  /** Client address as reported by Fastify. */
  readonly ip: string | undefined;
}

export interface ContextScopeDependencies {
  options?: ResolvedContextOptions;
  clock?: Clock;
  openTelemetry?: OpenTelemetry | undefined;
}

/** State shared by the contexts of one application: options, deadlines, draining, the logger. */
export class ContextScope implements ContextHome {
  readonly options: ResolvedContextOptions;
  readonly clock: Clock;
  readonly openTelemetry: OpenTelemetry | undefined;
  /** Contexts with a deadline. */
  readonly deadlines: TimerWheel<EndableContext>;
  /** Contexts with a signal or an abort listener. */
  readonly signalled = new Set<EndableContext>();
  log: Log = consoleLog;
  /** HTTP/2 requests: their last hooks run after the stream, outside the context. */
  readonly #kept = new WeakMap<object, KeptRequest>();
  /** Answers a request with an error. */
  sendError: SendError = (reply, error) => void reply.send(error);
  /** Called when a client leaves before its answer is complete. */
  onClientGone: ContextListener | undefined;
  /** Called when a request gets its context. */
  onEnter: ContextListener | undefined;
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

  /** Keeps data of an HTTP/2 request. */
  keep(request: HookRequest & { readonly ip?: string }, context: RequestContext): void {
    this.#kept.set(request.raw, { context, ip: request.ip });
  }

  /** Kept data of a request; undefined over HTTP/1. */
  keptOf(request: Pick<HookRequest, 'raw'>): KeptRequest | undefined {
    return this.#kept.get(request.raw);
  }

  get isDraining(): boolean {
    return this.#isDraining || processLifecycle().phase !== 'SERVING';
  }

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
