import { formatBaggage } from '../../context/baggage.ts';
import { storage } from '../../context/storage.ts';
import { traceparentOf } from '../../context/trace.ts';
import type { Dialer, Propagation } from '../dialer.ts';

/** Header values by name. */
export type OutgoingHeaders = Readonly<Record<string, string>>;

const NONE: OutgoingHeaders = Object.freeze({});

/**
 * Returns headers for a call to `service`: the request's trace, baggage and remaining time, as far
 * as the service's `propagate` allows; none outside a request. `serviceDispatcher` adds them
 * itself; with other clients, pass them to each call.
 *
 * @throws ConnectionError when the service is unknown
 * @example
 * axios.get(url, { httpAgent, headers: outgoingHeaders(connections, 'rates') });
 */
export function outgoingHeaders(dialer: Dialer, service: string): OutgoingHeaders {
  return headersFor(dialer.describe(service).propagate);
}

export function headersFor({ trace, remainingTime }: Propagation): OutgoingHeaders {
  const context = storage.getStore();
  if (context === undefined || (!trace && remainingTime === false)) return NONE;
  const headers: Record<string, string> = {};
  if (trace) {
    headers['traceparent'] = traceparentOf(context.trace);
    if (context.trace.state !== '') headers['tracestate'] = context.trace.state;
    const baggage = formatBaggage(context.baggage);
    if (baggage !== '') headers['baggage'] = baggage;
  }
  if (remainingTime !== false && context.remainingMs < Infinity) {
    const header = remainingTime === true ? context.deadlineHeader : remainingTime;
    headers[header] = String(Math.floor(context.remainingMs));
  }
  return headers;
}
