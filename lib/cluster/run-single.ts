import type { Server } from 'node:net';

import { Reports } from '../reports/reports.ts';
import { type Closable, provideRuntime, type WorkerRuntime } from './worker-runtime.ts';

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
  readonly reports = new Reports();
  isDraining = false;

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
  if (runtime.isDraining) process.exit(codes[signal] ?? 1);
  runtime.isDraining = true;
  setTimeout(() => process.exit(1), HARD_MS).unref();
  await application.close();
  process.exit(0);
}
