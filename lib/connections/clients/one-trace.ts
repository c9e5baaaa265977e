import { channel } from 'node:diagnostics_channel';

/** Channel on which undici publishes a request before writing it, for instrumentations. */
const created = channel('undici:request:create');

/**
 * Leaves each trace header of a request once. Instrumentations of undici add theirs, which name
 * their span, beside ours; whether one does so for a request is seen only then. Call it before each
 * request: what an instrumentation that has come meanwhile adds must be there first.
 */
export function keepOneTrace(): void {
  created.unsubscribe(dropEarlier);
  if (created.hasSubscribers) created.subscribe(dropEarlier);
}

function dropEarlier(message: unknown): void {
  const { headers } = (message as { request: { headers?: unknown } }).request;
  if (!Array.isArray(headers)) return;
  const traces = placesOf(headers, 'traceparent');
  const baggage = placesOf(headers, 'baggage');
  // The state belongs to the trace before it.
  const states = traces.length > 1 ? placesOf(headers, 'tracestate') : [];
  const last = traces.at(-1) ?? 0;
  const dropped = [
    ...traces.slice(0, -1),
    ...states.filter((at) => at < last),
    ...baggage.slice(0, -1),
  ];
  for (const at of dropped.toSorted((x, y) => y - x)) headers.splice(at, 2);
}

/** Undici keeps names and values in turn. */
function placesOf(headers: readonly unknown[], name: string): number[] {
  const places: number[] = [];
  for (let at = 0; at < headers.length; at += 2) {
    if (String(headers[at]).toLowerCase() === name) places.push(at);
  }
  return places;
}
