import type { MessagePort } from 'node:worker_threads';

import type { ProcessIdentity } from '../common/lifecycle.ts';
import type { BootedTwin } from '../common/thread-twin.ts';
import type { AbortReason } from '../context/context.errors.ts';
import type { CapturedContext } from '../context/request-context.ts';
import type { StatSnapshot } from '../stats/snapshot.ts';
import type { ClonableValue } from './clone-values.ts';
import type { EncodedError } from './remote-error.ts';
import type { ThreadTrail } from './thread-trail.ts';

/** What a thread is told before it starts. */
export interface ThreadBoot {
  pool: string;
  /** URL of the application's module for threads, and the name of the Nest module in it. */
  module: string;
  export: string;
  /** Decorated methods that the application has. */
  methods: readonly string[];
  /** The process that the thread is part of. */
  identity: ProcessIdentity;
  /** Wait before the thread boots, in milliseconds: one cell for all threads of the pool. */
  delayMs: SharedArrayBuffer;
  /** Options of the features that a thread has too. */
  features: ThreadFeatures;
}

/** Options of logging, and the memory in which levels are that are set at run time. */
export interface ThreadLogging {
  options: { level: string; redact: readonly string[]; base: Record<string, unknown> };
  levels: SharedArrayBuffer;
}

/** Plain data: it is copied to each thread. */
export interface ThreadFeatures {
  context: { idHeader: string; baggage: ReadonlySet<string> } | undefined;
  logging: ThreadLogging | undefined;
  /** Features that `threads` does not know. */
  twins: readonly BootedTwin[];
}

/** A call on its way to a thread. */
export interface ThreadTask {
  id: string;
  call: number;
  args: unknown[];
  buffers: Uint8Array[] | undefined;
  context: CapturedContext | undefined;
  /** Time left, in milliseconds; `Infinity`: as long as it takes. */
  remainingMs: number;
  /** Of one whose sizes are measured: how its arguments were sent. */
  sampled: Pick<ClonableValue<unknown>, 'transfer' | 'copiedBytes'> | undefined;
  /** Whether it is measured how long the thread was at work. */
  isTimed: boolean;
}

/** What was measured of one call in many. */
export interface ThreadSample {
  argumentBytes: number;
  resultBytes: number;
  /** How long it takes to read the result, in milliseconds. */
  readMs: number;
}

/** What comes back. */
export interface ThreadAnswer {
  outcome: ThreadOutcome;
  /** How long the method ran, in milliseconds. */
  runMs: number;
  /** How long the thread was at work meanwhile, in milliseconds. */
  busyMs?: number | undefined;
  sample?: ThreadSample | undefined;
  trail?: ThreadTrail | undefined;
}

export type ThreadOutcome =
  | { kind: 'value'; value: unknown; buffers: Uint8Array[] | undefined }
  | { kind: 'error'; error: EncodedError }
  /** `path` begins with `args` or `result`. */
  | { kind: 'uncloneable'; path: string; what: string };

/** Orders to a thread. */
export type ThreadOrder = { kind: 'cancel'; call: number; reason: AbortReason } | { kind: 'close' };

/** What a thread says of its own accord. */
export type ThreadMessage =
  | {
      kind: 'booted';
      thread: number;
      methods: readonly string[];
      problems: readonly string[];
      /** Takes calls and orders, and gives answers. */
      port: MessagePort;
      /** The number of the call that is cancelled there. */
      cancelled: SharedArrayBuffer;
    }
  | { kind: 'boot-failed'; thread: number; error: EncodedError }
  | { kind: 'closed'; thread: number }
  | { kind: 'line'; line: string }
  | { kind: 'stats'; thread: number; stats: readonly StatSnapshot[] };

/** Our messages come on a port that Piscina has for its own, too. */
export interface ThreadMessageEnvelope {
  buttress: ThreadMessage;
}

export function threadMessageOf(message: unknown): ThreadMessage | undefined {
  if (typeof message !== 'object' || message === null) return undefined;
  return (message as Partial<ThreadMessageEnvelope>).buttress;
}
