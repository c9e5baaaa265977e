import { randomBytes } from 'node:crypto';

/** Position in a distributed trace, as in W3C Trace Context. */
export interface Trace {
  /** 32 hexadecimal digits. */
  readonly traceId: string;
  /** Span of this request: 16 hexadecimal digits. */
  readonly spanId: string;
  /** The caller's span; absent if the trace begins here. */
  readonly parentId?: string;
  readonly isSampled: boolean;
  /** Vendor data, passed on unchanged; empty if there is none. */
  readonly state: string;
}

/** Longest `tracestate` to pass on, in characters: the minimum that W3C requires. */
const MAX_STATE_LENGTH = 512;

const TRACEPARENT = /^(?!ff)[\da-f]{2}-(?!0{32})([\da-f]{32})-(?!0{16})([\da-f]{16})-([\da-f]{2})/;

/** Exact length of a `traceparent` of version 00. */
const VERSION_00_LENGTH = 55;

/** Continues the caller's trace; begins one if `traceparent` is absent or invalid. */
export function continueTrace(traceparent?: string, tracestate?: string): Trace {
  const caller = parse(traceparent);
  const spanId = randomBytes(8).toString('hex');
  if (caller === undefined) {
    return { traceId: randomBytes(16).toString('hex'), spanId, isSampled: false, state: '' };
  }
  const state = tracestate !== undefined && tracestate.length <= MAX_STATE_LENGTH ? tracestate : '';
  return { ...caller, spanId, state };
}

/** The trace id of a valid `traceparent`. */
export function traceIdOf(traceparent: string | undefined): string | undefined {
  return parse(traceparent)?.traceId;
}

/** Formats a `traceparent` header for an outgoing call in this trace. */
export function traceparentOf({ traceId, spanId, isSampled }: Trace): string {
  return `00-${traceId}-${spanId}-${isSampled ? '01' : '00'}`;
}

function parse(
  traceparent: string | undefined,
): (Pick<Trace, 'traceId' | 'isSampled'> & { parentId: string }) | undefined {
  if (traceparent === undefined) return undefined;
  const [, traceId, parentId, flags] = TRACEPARENT.exec(traceparent) ?? [];
  if (traceId === undefined || parentId === undefined || flags === undefined) return undefined;
  const rest = traceparent.length - VERSION_00_LENGTH;
  if (rest > 0 && (traceparent.startsWith('00') || traceparent[VERSION_00_LENGTH] !== '-')) {
    return undefined;
  }
  return { traceId, parentId, isSampled: (Number.parseInt(flags, 16) & 1) === 1 };
}
