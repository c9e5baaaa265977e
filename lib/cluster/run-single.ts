import type { Server } from 'node:net';

import { processLifecycle } from '../common/lifecycle.ts';
import { processReports } from '../reports/process-reports.ts';
import { type Closable, provideRuntime, type WorkerRuntime } from './worker-runtime.ts';

/** Time for requests in flight before their signals abort, in milliseconds. */
const REQUESTS_MS = 20_000;

/** Longest time that closing may take after a signal, in milliseconds. */
const HARD_MS = 28_000;

/**
 * Runs an application in this one process, without a Group: for development, tests, and platforms
 * that can't pass connections between processes. INT and TERM close the application; a second one
 * ends the process at once.
 *
 * @returns what `bootstrap` returned
 */
export async function runSingle<A extends Closable>(
  bootstrap: (worker: WorkerRuntime) => A | Promise<A>,
): Promise<A> {
  const runtime = new SingleRuntime();
  provideRuntime(runtime);
  const application = await bootstrap(runtime);
  const onSignal = (signal: NodeJS.Signals): void => void closeOn(signal, runtime, application);
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  return application;
}

class SingleRuntime implements WorkerRuntime {
  readonly mode = 'single';
  readonly id = 0;
  readonly slot = 0;
  readonly reports = processReports();
  isClosing = false;

  get isDraining(): boolean {
    return processLifecycle().phase !== 'SERVING';
  }

  handOff<S extends Server>(server: S): S {
    return server;
  }
}

async function closeOn(
  signal: NodeJS.Signals,
  runtime: SingleRuntime,
  application: Closable,
): Promise<void> {
  const codes = { SIGINT: 130, SIGTERM: 143 } as Record<string, number>;
  if (runtime.isClosing) process.exit(codes[signal] ?? 1);
  runtime.isClosing = true;
  processLifecycle().startDrain();
  setTimeout(() => processLifecycle().end(), REQUESTS_MS).unref();
  setTimeout(() => process.exit(1), HARD_MS).unref();
  await application.close();
  process.exit(0);
}
