import { setFlagsFromString } from 'node:v8';

import { monotonicClock } from '../../common/clock.ts';
import { defaultExport } from '../../common/files/module-url.ts';
import { leaveOutHttpClient } from '../../common/http/node-http.ts';
import { ignore } from '../../common/ignore.ts';
import { keepTicksFast } from '../../common/process/fast-ticks.ts';
import { processLifecycle } from '../../common/process/lifecycle.ts';
import { tolerateOutputErrors } from '../../common/process/output-errors.ts';
import { printedError, printError } from '../../common/redaction/print-error.ts';
import { withFirstLines } from '../../logging/first-lines.ts';
import { loadLibc } from '../../posix/libc.ts';
import { dieWithParent } from '../../posix/parent-death.ts';
import { tellEvidence } from '../../reports/evidence.ts';
import { processReports } from '../../reports/process-reports.ts';
import { ReportsLink } from '../../reports/reports-link.ts';
import { BootstrapError } from '../cluster.errors.ts';
import { ForeignHandlers } from '../foreign-handlers.ts';
import type { DrainOrder } from '../protocol/control-messages.ts';
import { takeBoot, type WorkerBoot } from '../protocol/worker-boot.ts';
import { LateSentinel } from '../sentinel/late-sentinel.ts';
import { type Sentinel, startSentinel } from '../sentinel/sentinel.ts';
import { type Bootstrap, type Closable, provideRuntime } from '../worker-runtime.ts';
import { watchCrashes } from './crash-watch.ts';
import { drainConnections } from './drain.ts';
import { GroupWorker } from './group-worker.ts';
import { isLasting } from './lasting-error.ts';
import { Microservices } from './microservices.ts';
import { TrackedServers } from './tracked-servers.ts';

/** Nest by default logs its start errors and ends the process itself. */
const SILENT_END =
  'the application exited during its start; its error is logged above. ' +
  'Set abortOnError: false in NestFactory.create to have the error here';

/** Entry of a worker: loads the application's module and follows the primary's orders. */
const boot = takeBoot(process.env);
/** Asks the primary to end this worker; until `start`, just exits. */
let terminate: () => void = () => process.exit(1);
let application: Closable | undefined;
let servers: TrackedServers | undefined;
let microservices: Microservices | undefined;
let reportsLink: ReportsLink | undefined;
let isUp = false;
const foreign = new ForeignHandlers();
/** Reports an unannounced exit. */
let tellSilentEnd: () => void = ignore;

keepTicksFast();
if (boot.isMainThreadSized === true) leaveThreadsTheirSize();
// An application may import all of it.
if (boot.role === 'meta') leaveOutHttpClient();
tolerateOutputErrors();
leaveSignalsToThePrimary();
// Without its primary a worker gets no connections, and nothing else ends it.
process.once('disconnect', () => process.exit(1));
void start();

async function start(): Promise<void> {
  const libc = boot.line === undefined ? undefined : await loadLibc();
  const worker = new GroupWorker(boot, (order) => drain(worker, order), libc);
  servers = new TrackedServers(worker.connections);
  terminate = () => worker.terminate();
  provideRuntime(worker);
  watchCrashes({
    onCrash: (reason) => {
      if (isUp) return worker.poisoned(reason);
      worker.failed(reason);
      exitSoon();
    },
    onTooMany: () => process.exit(1),
  });
  worker.start();
  if (boot.role === 'app' && boot.reportsPath !== undefined) {
    const identity = { role: 'worker', id: boot.id } as const;
    reportsLink = new ReportsLink({ path: boot.reportsPath, identity, reports: worker.reports });
  }
  if (boot.role === 'meta') {
    if (boot.listener?.setup !== undefined) await endWithPrimary(worker, boot);
    return run(worker, boot);
  }
  const sentinel = new LateSentinel(() => startSentinelOf(worker, boot));
  // It has nothing else to do during the boot, which its own start would delay.
  if (libc === undefined) sentinel.start();
  else sentinel.startInTime(dieWithParent(libc, boot.primary));
  await run(worker, boot, sentinel);
}

/** Longest time for the last news to reach the pages. */
const LAST_NEWS_MS = 500;

/** Time in which the other workers of a start boot, and need the CPU. */
const BOOTS_MS = 4_000;

/** Longest time for other code's signal handlers at the end. */
const FOREIGN_MS = 3_000;

function drain(worker: GroupWorker, { signal, ...limits }: DrainOrder): void {
  setTimeout(() => process.exit(1), limits.killAfterMs).unref();
  // Signals ENDING to requests still in flight before they are cut.
  setTimeout(() => processLifecycle().end(), limits.requestTimeoutMs).unref();
  servers?.stopListening();
  const connections = drainConnections({
    table: worker.connections,
    limits,
    clock: monotonicClock,
    onEmpty: () => worker.stopReceiving(),
  });
  const messages = microservices?.drain(limits.requestTimeoutMs, connections);
  void Promise.all([connections, messages]).then(() => close(signal));
}

async function run(
  worker: GroupWorker,
  { app, role, isFirst }: WorkerBoot,
  sentinel?: LateSentinel,
): Promise<void> {
  tellSilentEnd = () => silentEnd(worker);
  process.once('exit', tellSilentEnd);
  try {
    application = await withFirstLines(async () => {
      const bootstrap = bootstrapOf((await import(app)) as object, app);
      return bootstrap(worker);
    });
    if (role === 'app') {
      foreign.forgetNest(application);
      servers?.trackOf(application);
      microservices = new Microservices(application);
    }
    process.off('exit', tellSilentEnd);
    isUp = true;
    // Others serve meanwhile, so this one may take its time.
    if (isFirst !== true) worker.collections.collectStart();
    worker.ready();
    sentinel?.start().watchLoop((give) => {
      worker.onNextLook = give;
    });
    if (isFirst === true) worker.collections.collectStartLater(BOOTS_MS);
  } catch (error) {
    tellFailure(worker, error);
    exitSoon();
  }
}

/** Leaves the error to the primary, which logs it once for all workers that it meets. */
function tellFailure(worker: GroupWorker, error: unknown): void {
  worker.failed(String(error), { isLasting: isLasting(error), details: printedError(error) });
}

/** Nest has printed its error; a check of ours may be the cause. */
function silentEnd(worker: GroupWorker): void {
  const { lastWrongUse } = processLifecycle();
  if (lastWrongUse === undefined) return worker.failed(SILENT_END);
  worker.failed(String(lastWrongUse), { isLasting: true });
}

/** Exits after a moment, so that the pipe and stderr are flushed. */
function exitSoon(): void {
  process.off('exit', tellSilentEnd);
  setTimeout(() => process.exit(1), 50);
}

/** Code of the application that the pages run, such as a check of tokens, may block their loop. */
async function endWithPrimary(worker: GroupWorker, settings: WorkerBoot): Promise<void> {
  const libc = await loadLibc();
  if (libc === undefined) startSentinelOf(worker, settings);
  else dieWithParent(libc, settings.primary);
}

function startSentinelOf(
  worker: GroupWorker,
  { primary, blockedLoop, directory, id }: WorkerBoot,
): Sentinel {
  return startSentinel({
    primary,
    blockedLoop,
    reports: worker.reports,
    worker: id,
    ...(directory === undefined ? {} : { directory }),
  });
}

function bootstrapOf(module: object, url: string): Bootstrap {
  const exported = defaultExport(module);
  if (typeof exported === 'function') return exported as Bootstrap;
  throw new BootstrapError(url);
}

async function close(signal: NodeJS.Signals): Promise<void> {
  process.off('exit', tellSilentEnd);
  try {
    processLifecycle().drained();
    // Not awaited: what reaches a drained server before it closes would be lost.
    if (reportsLink !== undefined) void tellEvidence(processReports()).catch(ignore);
    // Includes handlers added after the start.
    foreign.forgetNest(application);
    await application?.close(signal);
    await foreign.run(signal, FOREIGN_MS);
    await reportsLink?.finish(LAST_NEWS_MS);
    process.exit(0);
  } catch (error) {
    printError(error);
    process.exit(1);
  }
}

/** Threads collect too seldom for a large young generation to pay; V8 reads the flag at their start. */
function leaveThreadsTheirSize(): void {
  setFlagsFromString('--min-semi-space-size=0');
}

/** Ctrl-C and service managers signal every process of the group; the primary decides. */
function leaveSignalsToThePrimary(): void {
  for (const signal of ['SIGINT', 'SIGHUP', 'SIGQUIT'] as const) foreign.on(signal, ignore);
  foreign.on('SIGTERM', () => terminate());
  foreign.park();
  process.on('SIGUSR2', ignore);
}
