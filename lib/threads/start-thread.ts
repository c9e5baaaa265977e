import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Worker } from 'node:worker_threads';

import { Piscina } from 'piscina';

import { toError } from '../common/errors/to-error.ts';
import { ownFile } from '../common/files/own-file.ts';
import { ignore } from '../common/ignore.ts';
import { LiveThread } from './live-thread.ts';
import { type ThreadBoot, type ThreadMessage, threadMessageOf } from './protocol.ts';
import type { ResolvedThreadsOptions } from './threads.options.ts';

export interface StartedThreadEvents {
  onMessage(thread: LiveThread, message: ThreadMessage): void;
  /** Called when the thread has ended, and before, on an error that ends it. */
  onEnd(thread: LiveThread, cause: Error): void;
  onError(error: Error): void;
}

export interface ThreadStart {
  options: Pick<ResolvedThreadsOptions, 'execArgv' | 'resourceLimits'>;
  boot: ThreadBoot;
  /** In milliseconds on the pool's clock. */
  startedAt: number;
  events: StartedThreadEvents;
}

const ENTRY = fileURLToPath(ownFile('threads/thread.entry.js'));

/** @throws Error if threads can't find their first module */
export function checkEntry(): void {
  if (existsSync(ENTRY)) return;
  throw new Error(
    `${ENTRY} does not exist; in a bundle, nestjs-buttress and piscina must stay external`,
  );
}

/**
 * Starts a thread that boots an application context. Calls go over a port of its own, which is
 * faster than Piscina's and addresses one thread. Piscina knows no calls, so it can't tell which
 * thread is idle: each thread has a Piscina, and ends with it.
 *
 * @throws any error of its creation
 */
export function startThread({ options, boot, startedAt, events }: ThreadStart): LiveThread {
  checkEntry();
  const piscina = new Piscina({
    filename: ENTRY,
    minThreads: 1,
    maxThreads: 1,
    idleTimeout: Infinity,
    // The thread's event loop must run, for connections that its context keeps open.
    atomics: 'disabled',
    recordTiming: false,
    workerData: boot,
    ...(options.execArgv === undefined ? {} : { execArgv: [...options.execArgv] }),
    resourceLimits: options.resourceLimits,
  });
  const [worker] = piscina.threads as [Worker];
  const thread = new LiveThread({
    id: worker.threadId,
    startedAt,
    terminate: () => piscina.destroy(),
  });
  worker.on('message', (message: unknown) => {
    const own = threadMessageOf(message);
    if (own !== undefined) events.onMessage(thread, own);
  });
  // Emitted for idle threads; the thread's own listener handles it.
  piscina.on('error', ignore);
  worker.once('error', (error) => {
    const cause = toError(error);
    events.onError(cause);
    events.onEnd(thread, cause);
  });
  worker.once('exit', (code) => {
    events.onEnd(thread, new Error(`it ended with code ${code}`));
    // Piscina has started a replacement; whether there is one depends on calls.
    void piscina.destroy();
  });
  return thread;
}
