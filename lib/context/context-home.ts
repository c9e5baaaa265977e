import type { Clock } from '../common/clock.ts';
import type { HookReply } from '../common/request-hooks.ts';
import type { WheelEntry } from '../common/timer-wheel.ts';
import type { AbortReason, ContextAbortError } from './context.errors.ts';
import type { Log } from './log.ts';
import type { OpenTelemetry } from './open-telemetry.ts';

/** The part of a context that ends its work. */
export interface EndableContext {
  expire(): void;
  abort(reason: AbortReason): void;
  onAbort(listener: (error: ContextAbortError) => void): () => void;
}

/** State shared by the contexts of one application. */
export interface ContextHome {
  readonly clock: Clock;
  readonly options: {
    readonly baggage: ReadonlySet<string>;
    readonly deadline: { readonly header: string | undefined };
  };
  /** Undefined if `@opentelemetry/api` is not installed. */
  readonly openTelemetry: OpenTelemetry | undefined;
  /** Expires contexts whose deadline has passed. */
  readonly deadlines: {
    add(context: EndableContext, at: number): WheelEntry<EndableContext>;
    remove(entry: WheelEntry<EndableContext>): void;
  };
  /** Contexts with a signal or an abort listener. */
  readonly signalled: Set<EndableContext>;
  readonly log: Log;
  readonly isDraining: boolean;
  /** Whether the grace period of a drain has ended. */
  readonly isEnding: boolean;
}

/** Origin data that a context keeps after it has ended. */
export interface CarriedOrigin {
  readonly traceparent?: string | undefined;
  readonly tracestate?: string | undefined;
  /** Raw header. */
  readonly baggage?: string | undefined;
  /** Fastify's configuration of the route. */
  readonly routeConfig?: object | undefined;
}

/** Origin of a context. */
export interface ContextOrigin extends CarriedOrigin {
  readonly id: string;
  /** Start and deadline in milliseconds on the home's clock; `Infinity`: none. */
  readonly startedAt: number;
  readonly deadlineAt: number;
  /** Whether the end of a response closes it. */
  readonly endsWithResponse?: boolean;
  /** Enclosing context, whose abort also aborts this one. */
  readonly parent?: EndableContext | undefined;
  /** Called when the deadline passes; returns true if the request turns out to be exempt. */
  onDeadline?(context: EndableContext): boolean;
  /** Called on an unhandled error in its work. */
  onCrash?(context: EndableContext): void;
}

/** Called when a response has ended, complete or not. */
export type EndListener = (reply: HookReply) => void;
