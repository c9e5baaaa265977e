import type { SettingOverride } from '../../reports/overrides.ts';
import type { DrainLimits } from '../drain.options.ts';

/** How a server wants to listen: the options of `net.Server.listen` as plain data. */
export interface ListenSpec {
  port?: number;
  host?: string;
  path?: string;
  backlog?: number;
  ipv6Only?: boolean;
  readableAll?: boolean;
  writableAll?: boolean;
  /** How to refuse a client: plain HTTP gets a 503, all others are closed. */
  refusal: 'http' | 'close';
  /** Whether its clients speak first: until one has, no worker needs it. */
  clientFirst: boolean;
  /** Whether it is a TLS server that shares its session ticket keys with the other workers. */
  tickets?: boolean;
  /** Lowest free number among this worker's servers at the address; equal numbers share a port. */
  ordinal: number;
}

/** Address of a listener, as returned by `net.Server.address()`. */
export type ListenerAddress = string | { address: string; family: string; port: number };

/** A system error as plain data. */
export interface PlainSystemError {
  message: string;
  code: string;
  syscall?: string;
  address?: string;
  port?: number;
}

/** Resource usage of a worker, measured by itself. */
export interface WorkerUsage {
  rssBytes: number;
  /** Part of `rssBytes` that no other process shares. */
  privateBytes: number;
  heapUsedBytes: number;
  /** Event loop utilization since the previous reading, 0 to 1. */
  elu: number;
  loopDelayP99Ms: number;
  /** Requests taken since the worker started. */
  requests: number;
}

/** Requests in flight and open connections. */
export interface WorkerLoad {
  inFlight: number;
  connections: number;
}

/** Messages from a worker to the primary, on the control pipe. */
export type WorkerMessage =
  | { kind: 'online' }
  | { kind: 'listen'; request: number; spec: ListenSpec }
  | { kind: 'unlisten'; listener: number }
  | { kind: 'ready' }
  /** It could not start; `isLasting`: nor could the next; `details`: stack not printed yet. */
  | { kind: 'failed'; reason: string; isLasting?: boolean; details?: string }
  | ({ kind: 'beat'; usage?: WorkerUsage } & WorkerLoad)
  | { kind: 'terminate' }
  /** An uncaught error occurred: it only finishes what is in flight. */
  | { kind: 'poisoned'; reason: string }
  /** Failure of a liveness check; empty when all pass again. */
  | { kind: 'liveness'; failure: string }
  /** It has given up its slot: it drains. */
  | { kind: 'yielded' }
  /** Whether its inspector is open. */
  | { kind: 'inspector'; isOpen: boolean }
  /** Whether it passes its own readiness checks; assumed until it says otherwise. */
  | { kind: 'readiness'; isReady: boolean };

/**
 * A worker's replies to hand-offs, on the channel of the hand-offs. Their order is the protocol of
 * the lease: see lease.ts.
 */
export type HandoffReply =
  | ({ buttress: 'claim'; lease: number } & WorkerLoad)
  | { buttress: 'served' }
  | { buttress: 'declined'; lease: number };

/** Orders a worker to drain. */
export interface DrainOrder extends DrainLimits {
  /** Signal passed to the application's shutdown hooks. */
  signal: NodeJS.Signals;
}

/** A listener that the primary opened for a server. */
export interface Grant {
  listener: number;
  address: ListenerAddress;
  /** Indices of sockets on which the worker accepts by itself; none: connections are passed to it. */
  sockets: readonly number[];
  /** Keys of its TLS session tickets, in base64. */
  ticketKeys?: string;
}

/** Messages from the primary to a worker, on the control pipe. */
export type PrimaryMessage =
  | ({ kind: 'listening'; request: number } & Grant)
  /** New session ticket keys for a TLS listener. */
  | { kind: 'ticket-keys'; listener: number; keys: string }
  | { kind: 'refused'; request: number; error: PlainSystemError }
  /** Whether the group is ready for new work. */
  | { kind: 'readiness'; isReady: boolean }
  /** Whether an operator took it out: it gets no new connections. */
  | { kind: 'out'; isOut: boolean }
  /** Settings that operators have changed, all of them. */
  | { kind: 'settings'; overrides: readonly SettingOverride[] }
  /** It owns its slot until it drains. */
  | { kind: 'place' }
  /** Its memory is over the soft limit: garbage goes first, the worker only if that is not enough. */
  | { kind: 'collect' }
  | ({ kind: 'drain' } & DrainOrder);

/** Message that accompanies a connection, on the channel that can carry handles. */
export interface HandoffMessage {
  buttress: 'connection';
  lease: number;
  listener: number;
  /** Expiry of the lease on the shared monotonic clock, in milliseconds. */
  expiresAt: number;
}

type Fields = Record<string, unknown>;

/** Longest text that a worker can make the primary keep, in characters. */
export const MAX_TEXT_LENGTH = 2_000;

const isCount = (value: unknown): value is number =>
  Number.isSafeInteger(value) && Number(value) >= 0;
const isMeasure = (value: unknown): value is number => Number.isFinite(value) && Number(value) >= 0;
const isShortText = (value: unknown): boolean => {
  return typeof value === 'string' && value.length <= MAX_TEXT_LENGTH;
};
const isText = (value: unknown): boolean => value === undefined || typeof value === 'string';
const isFlag = (value: unknown): boolean => value === undefined || typeof value === 'boolean';
const isLoad = (m: Fields): boolean => isCount(m['inFlight']) && isCount(m['connections']);

const checks: Record<WorkerMessage['kind'], (message: Fields) => boolean> = {
  online: () => true,
  listen: (m) => isCount(m['request']) && isListenSpec(m['spec']),
  unlisten: (m) => isCount(m['listener']),
  ready: () => true,
  failed: (m) =>
    isShortText(m['reason']) &&
    isFlag(m['isLasting']) &&
    (m['details'] === undefined || isShortText(m['details'])),
  beat: (m) => isLoad(m) && (m['usage'] === undefined || isUsage(m['usage'])),
  terminate: () => true,
  poisoned: (m) => isShortText(m['reason']),
  liveness: (m) => isShortText(m['failure']),
  yielded: () => true,
  inspector: (m) => typeof m['isOpen'] === 'boolean',
  readiness: (m) => typeof m['isReady'] === 'boolean',
};

/** The message if it is valid: a faulty worker can't harm the primary. */
export function asWorkerMessage(value: unknown): WorkerMessage | undefined {
  if (!isFields(value)) return undefined;
  const kind = value['kind'];
  if (typeof kind !== 'string' || !Object.hasOwn(checks, kind)) return undefined;
  return checks[kind as WorkerMessage['kind']](value) ? (value as WorkerMessage) : undefined;
}

const replyChecks: Record<HandoffReply['buttress'], (message: Fields) => boolean> = {
  claim: (m) => isCount(m['lease']) && isLoad(m),
  served: () => true,
  declined: (m) => isCount(m['lease']),
};

/** The reply if it is one; the application may send its own messages on the same channel. */
export function asHandoffReply(value: unknown): HandoffReply | undefined {
  if (!isFields(value)) return undefined;
  const kind = value['buttress'];
  if (typeof kind !== 'string' || !Object.hasOwn(replyChecks, kind)) return undefined;
  return replyChecks[kind as HandoffReply['buttress']](value) ? (value as HandoffReply) : undefined;
}

/** Whether a message on the handle channel is one of our hand-offs. */
export function isHandoffMessage(value: unknown): value is HandoffMessage {
  return isFields(value) && value['buttress'] === 'connection';
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null;
}

function isUsage(value: unknown): value is WorkerUsage {
  if (!isFields(value)) return false;
  return ['rssBytes', 'privateBytes', 'heapUsedBytes', 'elu', 'loopDelayP99Ms', 'requests'].every(
    (key) => isMeasure(value[key]),
  );
}

const specChecks: Record<keyof ListenSpec, (value: unknown) => boolean> = {
  port: (value) => value === undefined || (isCount(value) && value <= 65_535),
  host: isText,
  path: isText,
  backlog: (value) => value === undefined || isCount(value),
  ipv6Only: isFlag,
  readableAll: isFlag,
  writableAll: isFlag,
  refusal: (value) => value === 'http' || value === 'close',
  clientFirst: (value) => typeof value === 'boolean',
  tickets: isFlag,
  ordinal: isCount,
};

function isListenSpec(value: unknown): value is ListenSpec {
  return isFields(value) && Object.entries(specChecks).every(([key, is]) => is(value[key]));
}
