import { type Clock, processClock } from '../common/clock.ts';
import { processLifecycle } from '../common/lifecycle.ts';
import type { HookReply, HookRequest } from '../common/request-hooks.ts';
import type { SendError } from '../common/send-error.ts';
import { TimerWheel } from '../common/timer-wheel.ts';
import type { ContextHome, EndableContext } from './context-home.ts';
import { type ResolvedContextOptions, resolveContextOptions } from './context.options.ts';
import { consoleLog, type Log } from './log.ts';
import type { OpenTelemetry } from './open-telemetry.ts';
import type { RequestContext } from './request-context.ts';
import { outside } from './storage.ts';

/** A deadline passes at most so late, in milliseconds. */
const TICK_MS = 10;

/** Hears of a request and its context. */
export type ContextListener = (
  context: RequestContext,
  request: HookRequest,
  reply: HookReply,
) => void;

/** What is known of a request after its stream is gone. */
export interface KeptRequest {
  readonly context: RequestContext;
  /** Its client's address, as Fastify told it. */
  readonly ip: string | undefined;
}

export interface ContextScopeDependencies {
  options?: ResolvedContextOptions;
  clock?: Clock;
  openTelemetry?: OpenTelemetry | undefined;
}

/** What the contexts of one application share: options, deadlines, draining, the logger. */
export class ContextScope implements ContextHome {
  readonly options: ResolvedContextOptions;
  readonly clock: Clock;
  readonly openTelemetry: OpenTelemetry | undefined;
  /** Contexts whose time is limited. */
  readonly deadlines: TimerWheel<EndableContext>;
  /** Contexts that someone holds a signal of. */
  readonly signalled = new Set<EndableContext>();
  log: Log = consoleLog;
  /** Requests over HTTP/2: their last hooks run outside of the context, when the stream is gone. */
  readonly #kept = new WeakMap<object, KeptRequest>();
  /** Answers a request in place of its handler. */
  sendError: SendError = (reply, error) => void reply.send(error);
  /** Called when a client left without its answer. */
  onClientGone: ContextListener | undefined;
  /** Called when a request has got its context. */
  onEnter: ContextListener | undefined;
  #isDraining = false;
  #isEnding = false;

  constructor({ options, clock, openTelemetry }: ContextScopeDependencies = {}) {
    this.options = options ?? resolveContextOptions();
    this.clock = clock ?? processClock;
    this.openTelemetry = openTelemetry;
    this.deadlines = new TimerWheel({
      clock: this.clock,
      tickMs: TICK_MS,
      onExpire: (context) => context.expire(),
      schedule: (callback, afterMs) =>
        outside(() => {
          const timer = setTimeout(callback, afterMs).unref();
          return () => clearTimeout(timer);
        }),
    });
  }

  /** Remembers a request over HTTP/2. */
  keep(request: HookRequest & { readonly ip?: string }, context: RequestContext): void {
    this.#kept.set(request.raw, { context, ip: request.ip });
  }

  /** What was remembered of a request; undefined over HTTP/1. */
  keptOf(request: Pick<HookRequest, 'raw'>): KeptRequest | undefined {
    return this.#kept.get(request.raw);
  }

  get isDraining(): boolean {
    return this.#isDraining || processLifecycle().phase !== 'SERVING';
  }

  get isEnding(): boolean {
    return this.#isEnding || processLifecycle().phase === 'ENDING';
  }

  /** The application has begun to close. */
  startDrain(): void {
    this.#isDraining = true;
  }

  /** The grace has ended: aborts what is in flight. */
  end(): void {
    this.#isEnding = true;
    for (const context of this.signalled) context.abort('shutdown');
  }
}

/** For contexts that are entered by hand while no application has a ContextModule. */
let fallback: ContextScope | undefined;
let current: ContextScope | undefined;

/** The scope of the application, for contexts that are entered by hand. */
export function currentScope(): ContextScope {
  return current ?? (fallback ??= new ContextScope());
}

/** Makes `scope` the one of contexts entered by hand; the returned function takes that back. */
export function provideScope(scope: ContextScope): () => void {
  current = scope;
  return () => {
    if (current === scope) current = undefined;
  };
}
