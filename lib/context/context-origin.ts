import type { HookReply } from '../common/http/request-hooks.ts';
import type { AbortReason, ContextAbortError } from './context.errors.ts';

/** The part of a context that ends its work. */
export interface EndableContext {
  expire(): void;
  abort(reason: AbortReason): void;
  onAbort(listener: (error: ContextAbortError) => void): () => void;
}

/** Origin data that a context keeps after it has ended. */
export interface CarriedOrigin {
  readonly traceparent?: string | undefined;
  readonly tracestate?: string | undefined;
  /** Raw header. */
  readonly baggage?: string | undefined;
}

/** Origin of a context. */
export interface ContextOrigin extends CarriedOrigin {
  readonly id: string;
  /** Start and deadline in milliseconds on the scope's clock; `Infinity`: none. */
  readonly startedAt: number;
  readonly deadlineAt: number;
  /** Whether the end of a response closes it. */
  readonly endsWithResponse?: boolean;
  /** Fastify's configuration of the route. */
  readonly routeConfig?: object | undefined;
  /** Enclosing context, whose abort also aborts this one. */
  readonly parent?: EndableContext | undefined;
  /** Called when the deadline passes; returns true if the request turns out to be exempt. */
  onDeadline?(context: EndableContext): boolean;
  /** Called on an unhandled error in its work. */
  onCrash?(context: EndableContext): void;
}

/** Called when a response has ended, complete or not. */
export type ResponseEndListener = (reply: HookReply) => void;
