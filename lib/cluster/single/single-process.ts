import type { Server } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

import { monotonicClock, processClock } from '../../common/clock.ts';
import { tellLeaving } from '../../common/http/leaving.ts';
import { noteOption } from '../../common/options/config-sources.ts';
import { thisMachine } from '../../common/options/machine.ts';
import { keepTicksFast } from '../../common/process/fast-ticks.ts';
import { processLifecycle } from '../../common/process/lifecycle.ts';
import { tolerateOutputErrors } from '../../common/process/output-errors.ts';
import { printError } from '../../common/redaction/print-error.ts';
import { withFirstLines } from '../../logging/first-lines.ts';
import { processReports } from '../../reports/process-reports.ts';
import type { ResolvedDrainOptions } from '../drain.options.ts';
import { ForeignHandlers } from '../foreign-handlers.ts';
import { drainThenEnd } from '../signals.ts';
import { type Closable, provideRuntime, type WorkerRuntime } from '../worker-runtime.ts';
import { ConnectionTable } from '../worker/connection-table.ts';
import { drainConnections } from '../worker/drain.ts';
import { Microservices } from '../worker/microservices.ts';
import { TrackedServers } from '../worker/tracked-servers.ts';
import { holdSignals } from './early-signals.ts';
import { listenWithPatience } from './patient-server.ts';
import { type RunSingleOptions, SINGLE_OPTIONS } from './single.options.ts';

/** Longest time for other code's signal handlers at the end. */
const FOREIGN_MS = 3_000;

/** Runs an application with the drain of a worker; see `runSingle`. */
export async function runInThisProcess<A extends Closable>(
  bootstrap: (worker: WorkerRuntime) => A | Promise<A>,
  options: RunSingleOptions,
): Promise<A> {
  keepTicksFast();
  tolerateOutputErrors();
  const { drain: limits } = SINGLE_OPTIONS.resolve(options, thisMachine(), noteOption);
  const runtime = new SingleRuntime();
  provideRuntime(runtime);
  const foreign = new ForeignHandlers(ENDING);
  const early = holdSignals(ENDING, foreign, () => runtime.servers.isServing);
  try {
    const application = await withFirstLines(async (): Promise<A> => bootstrap(runtime));
    runtime.servers.trackOf(application);
    endAtSignals({ runtime, application, limits, foreign }, early);
    return application;
  } catch (error) {
    early.end();
    foreign.restore();
    throw error;
  }
}

class SingleRuntime implements WorkerRuntime {
  readonly mode = 'single';
  readonly id = 0;
  readonly slot = 0;
  readonly reports = processReports();
  readonly connections = new ConnectionTable({
    clock: processClock,
    maxConnections: Infinity,
    onRoom: () => undefined,
  });
  readonly servers = new TrackedServers(this.connections);

  get isDraining(): boolean {
    return processLifecycle().phase !== 'SERVING';
  }

  get isCurrent(): boolean {
    return processLifecycle().isCurrent;
  }

  handOff<S extends Server>(server: S): S {
    listenWithPatience(server);
    this.servers.track(server);
    return server;
  }
}

interface Running {
  runtime: SingleRuntime;
  application: Closable;
  limits: ResolvedDrainOptions;
  foreign: ForeignHandlers;
}

const ENDING = ['SIGINT', 'SIGTERM', 'SIGQUIT'] as const;

/** Faults of the process itself, for which no JavaScript may run. */
const FAULTS: ReadonlySet<NodeJS.Signals> = new Set(['SIGSEGV', 'SIGBUS', 'SIGFPE', 'SIGILL']);

/** @param early holds signals until now */
function endAtSignals(running: Running, early: ReturnType<typeof holdSignals>): void {
  const { application, foreign } = running;
  const microservices = new Microservices(application);
  const onSignal = drainThenEnd({
    drain: (signal) => void drain(signal, { ...running, microservices }),
    end: (code) => process.exit(code),
  });
  for (const signal of ENDING) foreign.on(signal, onSignal);
  const already = early.end();
  // A signal before the application served has put them back, if one of them survived it.
  foreign.park();
  // At those beside ours, too, Nest would have closed the application.
  const ofNest = foreign.forgetNest(application).filter((signal) => !FAULTS.has(signal));
  for (const signal of new Set<NodeJS.Signals>(['SIGHUP', ...ofNest])) {
    if (process.listenerCount(signal) === 0) foreign.on(signal, onSignal);
  }
  if (already !== undefined) onSignal(already);
}

interface Parts extends Running {
  microservices: Microservices;
}

async function drain(
  signal: NodeJS.Signals,
  { runtime, application, limits, foreign, microservices }: Parts,
): Promise<void> {
  const { killAfterMs } = limits;
  // No load balancer routes to a process that is ended with Ctrl-C, and its user waits.
  const lameDuckMs = signal === 'SIGTERM' ? limits.lameDuckMs : 0;
  tellLeaving({ holds: runtime.servers.addresses, withinMs: lameDuckMs + killAfterMs });
  await serveAsLameDuck(lameDuckMs);
  setTimeout(() => process.exit(1), killAfterMs).unref();
  // Signals ENDING to requests still in flight before they are cut.
  setTimeout(() => processLifecycle().end(), limits.requestTimeoutMs).unref();
  try {
    processLifecycle().startDrain();
    runtime.servers.stopListening();
    const { connections: table } = runtime;
    const connections = drainConnections({ table, limits, clock: monotonicClock });
    await Promise.all([connections, microservices.drain(limits.requestTimeoutMs, connections)]);
    processLifecycle().drained();
    // Includes handlers added after the start.
    foreign.forgetNest(application);
    await application.close(signal);
    await foreign.run(signal, FOREIGN_MS);
    process.exit(0);
  } catch (error) {
    printError(error);
    process.exit(1);
  }
}

/** Serves on while `/readyz` reports not ready, until load balancers have noticed. */
async function serveAsLameDuck(forMs: number): Promise<void> {
  if (forMs === 0) return;
  processLifecycle().isGroupReady = false;
  await wait(forMs);
}
