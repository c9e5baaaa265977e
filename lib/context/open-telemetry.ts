import type { Trace } from './trace.ts';

type Api = typeof import('@opentelemetry/api');

/** The parts of OpenTelemetry that contexts use. */
export interface OpenTelemetry {
  /** Active span, if there is one. */
  activeTrace(): Trace | undefined;
}

/** Loads OpenTelemetry; undefined if its API is not installed. */
export async function findOpenTelemetry(): Promise<OpenTelemetry | undefined> {
  let api: Api;
  try {
    api = await import('@opentelemetry/api');
  } catch {
    return undefined;
  }
  return { activeTrace: () => activeTraceOf(api) };
}

function activeTraceOf({ trace, TraceFlags }: Api): Trace | undefined {
  const span = trace.getActiveSpan()?.spanContext();
  if (span === undefined) return undefined;
  const { traceId, spanId, traceFlags, traceState } = span;
  const isSampled = (traceFlags & TraceFlags.SAMPLED) !== 0;
  return { traceId, spanId, isSampled, state: traceState?.serialize() ?? '' };
}
