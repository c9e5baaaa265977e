import type { Baggage } from './baggage.ts';
import type { ContextKey } from './context-key.ts';
import type { ContextAbortError } from './context.errors.ts';
import type { Log } from './log.ts';
import type { Timings } from './timings.ts';
import type { Trace } from './trace.ts';

/** Serialized context for threads and the wire; times are relative, since clocks differ. */
export interface CapturedContext {
  id: string;
  /** Time left; null: no deadline. */
  remainingMs: number | null;
  traceparent: string;
  tracestate: string;
  baggage: string;
  /** Values of broadcast keys, by name. */
  values: Record<string, unknown>;
}

/** Value of an extra field in the access record. */
export type NoteValue = string | number | boolean;

/** One request as the application sees it: identity, time left, abort, and values it carries. */
export interface RequestContext {
  readonly id: string;
  /** Start, in milliseconds on this process's clock. */
  readonly startedAt: number;
  /** Time since the start. */
  readonly ageMs: number;
  /** Time left, never negative; `Infinity` without a deadline. */
  readonly remainingMs: number;
  /** True from the start of a drain: time to stop polling or to end a stream. */
  readonly isDraining: boolean;
  /** Whether its work should go on: neither aborted nor ended. */
  readonly isActive: boolean;
  /** Aborts once, with a `ContextAbortError` whose `reason` says why. Created on first access. */
  readonly signal: AbortSignal;
  /** Logger whose records carry this request's id. */
  readonly log: Log;
  /** Active OpenTelemetry span, or else this request's own trace. */
  readonly trace: Trace;
  readonly baggage: Baggage;
  readonly timings: Timings;
  get<T>(key: ContextKey<T>): T | undefined;
  set<T>(key: ContextKey<T>, value: T): void;
  /** Adds a field to the request's access record; at most 32. */
  note(name: string, value: NoteValue): void;
  /** Limits a wait of `ms` to the time left. */
  clamp(ms: number): number;
  /** @throws ContextAbortError if the client is gone, the deadline passed or the process ends */
  throwIfAborted(): void;
  /**
   * Calls `listener` once when the work should stop; cheaper than `signal`. The returned function
   * removes it.
   */
  onAbort(listener: (error: ContextAbortError) => void): () => void;
  /** Serializes the request, for threads and the wire. */
  capture(): CapturedContext;
}
