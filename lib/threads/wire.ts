import type { CapturedContext } from '../context/request-context.ts';
import type {
  ThreadAnswer,
  ThreadOrder,
  ThreadOutcome,
  ThreadSample,
  ThreadTask,
} from './protocol.ts';
import type { ThreadTrail } from './thread-trail.ts';

/** Tuples: object keys would be copied with each message. */
export type WireTask = readonly [
  id: string,
  call: number,
  args: unknown[],
  buffers: Uint8Array[] | undefined,
  context: WireContext | undefined,
  remainingMs: number,
  isTimed: boolean,
  sampled: ThreadTask['sampled'],
];

type WireContext = readonly [
  id: string,
  remainingMs: number | null,
  traceparent: string,
  tracestate: string,
  baggage: string,
  /** Undefined if nothing is broadcast, as in most requests. */
  values: Record<string, unknown> | undefined,
];

export type WireAnswer = WireValue | WireFailure;

type WireValue = readonly [
  value: unknown,
  buffers: Uint8Array[] | undefined,
  runMs: number,
  busyMs: number | undefined,
  sample: ThreadSample | undefined,
  trail: ThreadTrail | undefined,
];

interface WireFailure {
  outcome: Exclude<ThreadOutcome, { kind: 'value' }>;
  runMs: number;
  busyMs?: number | undefined;
  trail?: ThreadTrail | undefined;
}

/** Input of a thread. */
export type WireInput = WireTask | ThreadOrder;

export function packTask(task: ThreadTask): WireTask {
  const { id, call, args, buffers, context, remainingMs, isTimed, sampled } = task;
  const packed = context && packContext(context);
  return [id, call, args, buffers, packed, remainingMs, isTimed, sampled];
}

export function unpackTask(task: WireTask): ThreadTask {
  const [id, call, args, buffers, context, remainingMs, isTimed, sampled] = task;
  return {
    id,
    call,
    args,
    buffers,
    context: context && unpackContext(context),
    remainingMs,
    isTimed,
    sampled,
  };
}

export function isOrder(input: WireInput): input is ThreadOrder {
  return !Array.isArray(input);
}

export function packAnswer({ outcome, runMs, busyMs, sample, trail }: ThreadAnswer): WireAnswer {
  if (outcome.kind !== 'value') return { outcome, runMs, busyMs, trail };
  return [outcome.value, outcome.buffers, runMs, busyMs, sample, trail];
}

export function unpackAnswer(answer: WireAnswer): ThreadAnswer {
  if (!isValue(answer)) return answer;
  const [value, buffers, runMs, busyMs, sample, trail] = answer;
  return { outcome: { kind: 'value', value, buffers }, runMs, busyMs, sample, trail };
}

function isValue(answer: WireAnswer): answer is WireValue {
  return Array.isArray(answer);
}

function packContext(context: CapturedContext): WireContext {
  const { id, remainingMs, traceparent, tracestate, baggage, values } = context;
  const given = Object.keys(values).length > 0 ? values : undefined;
  return [id, remainingMs, traceparent, tracestate, baggage, given];
}

function unpackContext(context: WireContext): CapturedContext {
  const [id, remainingMs, traceparent, tracestate, baggage, values = {}] = context;
  return { id, remainingMs, traceparent, tracestate, baggage, values };
}
