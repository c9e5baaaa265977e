import type { MessagePort } from 'node:worker_threads';

import type { ProcessIdentity } from '../common/process/lifecycle.ts';
import type { BootedTwin } from '../common/process/thread-twin.ts';
import type { AbortReason } from '../context/context.errors.ts';
import type { CapturedContext } from '../context/request-context.ts';
import type { SettingOverride } from '../reports/overrides.ts';
import type { StatSnapshot } from '../stats/snapshot.ts';
import type { ClonableValue } from './clone-values.ts';
import type { EncodedError } from './remote-error.ts';
import type { ThreadTrail } from './thread-trail.ts';

/** Start parameters of a thread. */
export interface ThreadBoot {
  pool: string;
  /** URL of the application's module for threads, and the export name of its Nest module. */
  module: string;
  export: string;
  /** Ids of the application's decorated methods. */
  methods: readonly string[];
  /** Identity of the thread's process. */
  identity: ProcessIdentity;
  /** Options of features that also run in threads. */
  features: ThreadFeatures;
}

/** Logging options, and shared memory with run-time levels. */
export interface ThreadLogging {
  options: { level: string; base: Record<string, unknown> };
  levels: SharedArrayBuffer;
}

/** Plain data, copied to each thread. */
export interface ThreadFeatures {
  context:
    | { idHeader: string; deadlineHeader: string | undefined; baggage: ReadonlySet<string> }
    | undefined;
  logging: ThreadLogging | undefined;
  /** Names of fields that the application hides. */
  redact: readonly string[];
  /** Features that register themselves for threads. */
  twins: readonly BootedTwin[];
}

/** A call as sent to a thread. */
export interface ThreadTask {
  id: string;
  call: number;
  args: unknown[];
  buffers: Uint8Array[] | undefined;
  context: CapturedContext | undefined;
  /** Time left; `Infinity`: no limit. */
  remainingMs: number;
  /** Transfer data of the arguments, if sizes are to be measured. */
  sampled: Pick<ClonableValue<unknown>, 'transfer' | 'copiedBytes'> | undefined;
  /** Whether to measure the thread's busy time. */
  isTimed: boolean;
}

/** Measurements of a sampled call. */
export interface ThreadSample {
  argumentBytes: number;
  resultBytes: number;
  /** Time to deserialize the result. */
  readMs: number;
}

/** Answer of a thread. */
export interface ThreadAnswer {
  outcome: ThreadOutcome;
  /** Duration of the method. */
  runMs: number;
  /** Busy time of the thread during the call. */
  busyMs?: number | undefined;
  sample?: ThreadSample | undefined;
  trail?: ThreadTrail | undefined;
}

export type ThreadOutcome =
  | { kind: 'value'; value: unknown; buffers: Uint8Array[] | undefined }
  | { kind: 'error'; error: EncodedError }
  /** `path` begins with `args` or `result`. */
  | { kind: 'uncloneable'; path: string; what: string };

/** Commands to a thread. */
export type ThreadOrder =
  | { kind: 'cancel'; call: number; reason: AbortReason }
  /** Settings that operators have changed, all of them. */
  | { kind: 'settings'; overrides: readonly SettingOverride[] }
  | { kind: 'close' };

/** Unsolicited messages of a thread. */
export type ThreadMessage =
  | {
      kind: 'booted';
      thread: number;
      methods: readonly string[];
      problems: readonly string[];
      /** Port for calls, commands and answers. */
      port: MessagePort;
      /** Cell with the number of the cancelled call. */
      cancelled: SharedArrayBuffer;
    }
  | { kind: 'boot-failed'; thread: number; error: EncodedError }
  | { kind: 'closed'; thread: number }
  | { kind: 'line'; line: string }
  | { kind: 'stats'; thread: number; stats: readonly StatSnapshot[] };

/** Wrapper of our messages, which share a port with Piscina's. */
export interface ThreadMessageEnvelope {
  buttress: ThreadMessage;
}

export function threadMessageOf(message: unknown): ThreadMessage | undefined {
  if (typeof message !== 'object' || message === null) return undefined;
  return (message as Partial<ThreadMessageEnvelope>).buttress;
}
