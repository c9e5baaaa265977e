import type { Trace } from './trace.ts';

type Api = typeof import('@opentelemetry/api');

/** What contexts need to know of OpenTelemetry. */
export interface OpenTelemetry {
  /** The active span; undefined: there is none. */
  activeTrace(): Trace | undefined;
  /** Names of headers of ours that an instrumented client adds to a call that is made now. */
  injectedHeaders(): readonly string[];
}

/** Undefined when its API is not installed. */
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

/** An instrumented client begins a trace where there is none; baggage it only passes on. */
function injectedHeadersOf({ propagation }: Api): readonly string[] {
  const fields = propagation.fields();
  const ofTrace = fields.includes('traceparent') ? ['traceparent', 'tracestate'] : [];
  const hasBaggage = fields.includes('baggage') && propagation.getActiveBaggage() !== undefined;
  return hasBaggage ? [...ofTrace, 'baggage'] : ofTrace;
}
