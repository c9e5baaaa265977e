import type { Clock } from '../common/clock.ts';
import type { HookReply } from '../common/request-hooks.ts';
import type { WheelEntry } from '../common/timer-wheel.ts';
import type { AbortReason, ContextAbortError } from './context.errors.ts';
import type { Log } from './log.ts';
import type { OpenTelemetry } from './open-telemetry.ts';

/** A context, as those know it who end its work. */
export interface EndableContext {
  expire(): void;
  abort(reason: AbortReason): void;
  onAbort(listener: (error: ContextAbortError) => void): () => void;
}

/** What the contexts of one application share. */
export interface ContextHome {
  readonly clock: Clock;
  readonly options: { readonly baggage: ReadonlySet<string> };
  /** Undefined where its API is not installed. */
  readonly openTelemetry: OpenTelemetry | undefined;
  /** Calls `expire` of those whose deadline has passed. */
  readonly deadlines: {
    add(context: EndableContext, at: number): WheelEntry<EndableContext>;
    remove(entry: WheelEntry<EndableContext>): void;
  };
  /** Contexts that someone holds a signal of. */
  readonly signalled: Set<EndableContext>;
  readonly log: Log;
  readonly isDraining: boolean;
  /** Whether the grace of a drain has ended. */
  readonly isEnding: boolean;
}

/** What a context knows of where it comes from, also when it has ended. */
export interface CarriedOrigin {
  readonly traceparent?: string | undefined;
  readonly tracestate?: string | undefined;
  /** The header as it came. */
  readonly baggage?: string | undefined;
  /** Fastify's configuration of the route. */
  readonly routeConfig?: object | undefined;
}

/** Where a context comes from. */
export interface ContextOrigin extends CarriedOrigin {
  readonly id: string;
  /** When it began and when it ends, on the home's clock, in ms; `Infinity`: never. */
  readonly startedAt: number;
  readonly deadlineAt: number;
  /** Whether it is closed when a response has ended. */
  readonly endsWithResponse?: boolean;
  /** The context in which this one was entered: it ends this one's signal with its own. */
  readonly parent?: EndableContext | undefined;
  /** Called when the deadline passes; true: this request is exempt after all. */
  onDeadline?(context: EndableContext): boolean;
  /** Called when an error in its work reached nobody. */
  onCrash?(context: EndableContext): void;
}

/** Told that a response has ended, well or not. */
export type EndListener = (reply: HookReply) => void;
