/** How a server wants to listen; what `net.Server.listen` takes, as plain data. */
export interface ListenSpec {
  port?: number;
  host?: string;
  path?: string;
  backlog?: number;
  ipv6Only?: boolean;
  readableAll?: boolean;
  writableAll?: boolean;
  /** What a refused client can be told: plain HTTP gets a 503, all others are closed. */
  refusal: 'http' | 'close';
  /** Its clients speak first: until one has, there is nothing to do for it. */
  clientFirst: boolean;
  /** It is of TLS and shares the keys of its session tickets with the other workers. */
  tickets?: boolean;
  /** How many servers of this worker asked for the same before: the n-th gets the same port. */
  ordinal: number;
}

/** Where a listener listens, as `net.Server.address()` gives it. */
export type ListenerAddress = string | { address: string; family: string; port: number };

/** A system error as plain data. */
export interface PlainSystemError {
  message: string;
  code: string;
  syscall?: string;
  address?: string;
  port?: number;
}

/** What a worker costs and does, measured by itself over the last second. */
export interface WorkerUsage {
  rssBytes: number;
  /** Of these, what no other process shares. */
  privateBytes: number;
  heapUsedBytes: number;
  /** Event-loop utilization since the reading before, 0 to 1. */
  elu: number;
  loopDelayP99Ms: number;
  /** Requests that it has taken since it started. */
  requests: number;
}

/** Requests being handled and open connections. */
export interface WorkerLoad {
  inFlight: number;
  connections: number;
}

/** What a worker tells the primary, on the control pipe. */
export type WorkerMessage =
  | { kind: 'online' }
  | { kind: 'listen'; request: number; spec: ListenSpec }
  | { kind: 'unlisten'; listener: number }
  | { kind: 'ready' }
  /** It could not start; lasting: nor could the next one. Details: the stack, which nobody has printed. */
  | { kind: 'failed'; reason: string; isLasting?: boolean; details?: string }
  | ({ kind: 'beat'; usage?: WorkerUsage } & WorkerLoad)
  | { kind: 'terminate' }
  /** It goes on only to finish what it has: an error reached nobody. */
  | { kind: 'poisoned'; reason: string }
  /** A health signal's complaint, in words; empty: all are well again. */
  | { kind: 'health'; unwell: string }
  /** It has given its place back: it drains. */
  | { kind: 'yielded' }
  /** Whether its inspector is open. */
  | { kind: 'inspector'; isOpen: boolean }
  /** Whether it passes its own checks; it does until it says otherwise. */
  | { kind: 'readiness'; isReady: boolean };

/**
 * What a worker answers to hand-offs, on the channel that they came by. Their order is the
 * protocol of the lease: see lease.ts.
 */
export type HandoffReply =
  | ({ buttress: 'claim'; lease: number } & WorkerLoad)
  | { buttress: 'served' }
  | { buttress: 'declined'; lease: number };

/** How long the parts of a worker's end may take, in milliseconds. */
export interface DrainOrder {
  /** What the application's shutdown hooks are told. */
  signal: NodeJS.Signals;
  idleGraceMs: number;
  streamsMs: number;
  requestsMs: number;
  hardMs: number;
}

/** A listener that the primary opened for a server. */
export interface Grant {
  listener: number;
  address: ListenerAddress;
  /** What seals its session tickets, in base64. */
  ticketKeys?: string;
}

/** What the primary tells a worker, on the control pipe. */
export type PrimaryMessage =
  | ({ kind: 'listening'; request: number } & Grant)
  /** New keys for a listener of TLS. */
  | { kind: 'ticket-keys'; listener: number; keys: string }
  | { kind: 'refused'; request: number; error: PlainSystemError }
  /** Whether the group is ready for new work. */
  | { kind: 'readiness'; isReady: boolean }
  /** It has its place from now on, until it drains. */
  | { kind: 'place' }
  | ({ kind: 'drain' } & DrainOrder);

/** What goes with a connection, on the channel that can carry handles. */
export interface HandoffMessage {
  buttress: 'connection';
  lease: number;
  listener: number;
  /** End of the lease, on the shared monotonic clock, in milliseconds. */
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
  health: (m) => isShortText(m['unwell']),
  yielded: () => true,
  inspector: (m) => typeof m['isOpen'] === 'boolean',
  readiness: (m) => typeof m['isReady'] === 'boolean',
};

/** The message if it is one; a worker that sends anything else can't harm the primary. */
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

/** The reply if it is one; an application may send messages of its own on the same channel. */
export function asHandoffReply(value: unknown): HandoffReply | undefined {
  if (!isFields(value)) return undefined;
  const kind = value['buttress'];
  if (typeof kind !== 'string' || !Object.hasOwn(replyChecks, kind)) return undefined;
  return replyChecks[kind as HandoffReply['buttress']](value) ? (value as HandoffReply) : undefined;
}

/** Whether a message on the handle channel is a hand-off of ours. */
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
