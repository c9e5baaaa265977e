import type { Trace } from './trace.ts';

/** The active span of OpenTelemetry; undefined when its API is not installed. */
export async function findActiveTrace(): Promise<(() => Trace | undefined) | undefined> {
  try {
    const { trace, TraceFlags } = await import('@opentelemetry/api');
    return () => {
      const span = trace.getActiveSpan()?.spanContext();
      if (span === undefined) return undefined;
      const { traceId, spanId, traceFlags, traceState } = span;
      const isSampled = (traceFlags & TraceFlags.SAMPLED) !== 0;
      return { traceId, spanId, isSampled, state: traceState?.serialize() ?? '' };
    };
  } catch {
    return undefined;
  }
}
