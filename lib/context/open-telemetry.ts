import type { Trace } from './trace.ts';

type Api = typeof import('@opentelemetry/api');

/** The parts of OpenTelemetry that contexts use. */
export interface OpenTelemetry {
  /** Active span, if there is one. */
  activeTrace(): Trace | undefined;
  /** Trace and baggage headers that an instrumented client would add to a call now. */
  injectedHeaders(): readonly string[];
}

/** Loads OpenTelemetry; undefined if its API is not installed. */
export async function findOpenTelemetry(): Promise<OpenTelemetry | undefined> {
  let api: Api;
  try {
    api = await import('@opentelemetry/api');
  } catch {
    return undefined;
  }
  return {
    activeTrace: () => activeTraceOf(api),
    injectedHeaders: () => injectedHeadersOf(api),
  };
}

function activeTraceOf({ trace, TraceFlags }: Api): Trace | undefined {
  const span = trace.getActiveSpan()?.spanContext();
  if (span === undefined) return undefined;
  const { traceId, spanId, traceFlags, traceState } = span;
  const isSampled = (traceFlags & TraceFlags.SAMPLED) !== 0;
  return { traceId, spanId, isSampled, state: traceState?.serialize() ?? '' };
}

/** An instrumented client starts a trace if there is none, but only passes baggage on. */
function injectedHeadersOf({ propagation }: Api): readonly string[] {
  const fields = propagation.fields();
  const ofTrace = fields.includes('traceparent') ? ['traceparent', 'tracestate'] : [];
  const hasBaggage = fields.includes('baggage') && propagation.getActiveBaggage() !== undefined;
  return hasBaggage ? [...ofTrace, 'baggage'] : ofTrace;
}
