import { randomBytes } from 'node:crypto';

/** A position in a distributed trace, as W3C Trace Context has it. */
export interface Trace {
  /** 32 hexadecimal digits. */
  readonly traceId: string;
  /** 16 hexadecimal digits: this request's own. */
  readonly spanId: string;
  /** The caller's span; absent where the trace begins here. */
  readonly parentId?: string;
  readonly isSampled: boolean;
  /** What vendors added, passed on unchanged; empty when there is nothing. */
  readonly state: string;
}

/** Longest `tracestate` that is passed on, in characters: W3C asks for at least 512. */
const MAX_STATE_LENGTH = 512;

const TRACEPARENT = /^(?!ff)[\da-f]{2}-(?!0{32})([\da-f]{32})-(?!0{16})([\da-f]{16})-([\da-f]{2})/;

/** Length of a `traceparent` of version 00, which allows nothing after the flags. */
const VERSION_00_LENGTH = 55;

/** Goes on with the caller's trace, or begins one when `traceparent` is absent or not valid. */
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

/** The value of a `traceparent` header for a call that is made in this trace. */
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
