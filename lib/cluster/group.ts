import cluster from 'node:cluster';
import { readFileSync } from 'node:fs';

import { monotonicClock } from '../common/clock.ts';
import { thrownMessage } from '../common/errors/to-error.ts';
import { ignore } from '../common/ignore.ts';
import { deepFreeze } from '../common/options/checks.ts';
import type { ConfigEntry } from '../common/options/config-values.ts';
import { collectAll } from '../common/process/collect-garbage.ts';
import { descriptorLimit } from '../common/process/descriptor-limit.ts';
import { budgetOf } from './accepting/descriptor-budget.ts';
import type { Invitations } from './accepting/invite/invitations.ts';
import { loadInvitations } from './accepting/invite/load-invitations.ts';
import {
  GroupStartError,
  GroupUseError,
  TransportError,
  UnsupportedPlatformError,
  UpgradeError,
} from './cluster.errors.ts';
import { ForeignHandlers } from './foreign-handlers.ts';
import { logGroupSize } from './group-size.ts';
import {
  groupConfig,
  type GroupOptions,
  type ResolvedGroupOptions,
  resolveGroupOptions,
} from './group.options.ts';
import { type PrimaryLog, stderrLog } from './primary-log.ts';
import { keepSmall } from './primary/idle-memory.ts';
import type { PrimaryDependencies, StopTerms } from './primary/primary-dependencies.ts';
import { guardPrimary } from './primary/primary-guard.ts';
import { Primary } from './primary/primary.ts';
import type { ReloadOutcome } from './replacing/reload.ts';
import { listenToSignals } from './signals.ts';
import { workerSpawner } from './supervision/worker-process.ts';
import { assertSupportedNode } from './supported-node.ts';
import { InheritedSockets } from './takeover/inherited-sockets.ts';
import { serviceManagerVariables, takeServiceManager } from './takeover/service-manager.ts';
import { StartedWith } from './takeover/started-with.ts';
import { takeSystemdSockets } from './takeover/systemd-sockets.ts';
import { startSuccessor, type Successor, type Takeover, takeTakeover } from './takeover/upgrade.ts';

type GroupState =
  | { kind: 'NEW' }
  | { kind: 'SERVING'; primary: Primary; ignoreSignals: () => void }
  | { kind: 'CLOSING'; closed: Promise<void> };

/**
 * Worker processes behind one bounded accept queue. The process that creates the group is its
 * primary: it runs no application code.
 *
 * @example
 * await new Group({ app: new URL('./app.js', import.meta.url) }).serve();
 *
 * @throws TypeError, RangeError for a wrong option, before anything is started
 * @throws UnsupportedNodeError on a Node older than 22.19
 */
export class Group {
  /** Options with all defaults: plain and frozen. */
  readonly options: Readonly<ResolvedGroupOptions>;
  readonly #given: GroupOptions;
  /** Options with their sources, for the configuration page. */
  readonly #config: readonly ConfigEntry[];
  readonly #descriptors = descriptorLimit();
  readonly #log: PrimaryLog = stderrLog();
  readonly #takeover = takeTakeover(process.env);
  readonly #managerVariables = serviceManagerVariables(process.env);
  readonly #manager = takeServiceManager(process.env, process.pid, (reason) =>
    this.#log('warn', 'failed to notify the service manager', { reason }),
  );
  readonly #foreign = new ForeignHandlers();
  readonly #startedWith = new StartedWith();
  #stopWatchdog: () => void = ignore;
  #stopTrimming: () => void = ignore;
  #isUpgrading = false;
  #state: GroupState = { kind: 'NEW' };

  constructor(options: GroupOptions) {
    assertSupportedNode();
    const resolved = resolveGroupOptions(options, { descriptors: this.#descriptors });
    this.options = byLinks(resolved, this.#startedWith);
    this.#given = options;
    this.#config = groupConfig(options, this.options);
  }

  /**
   * Serves until a signal ends it. Resolves when the first worker is READY and the pages have
   * started, failed, or taken 5 s. Workers serve from the first READY one on, and the group reports
   * ready once this resolves. When no worker gets ready, an address can't be opened, the
   * transport is not available, or workers or pages fail in a way that no retry mends, logs the
   * reason in one record and exits with code 1.
   *
   * Signals: INT and TERM drain and exit; a second one exits at once. HUP reloads, but on a
   * terminal it drains too. USR2 upgrades.
   *
   * @throws UnsupportedPlatformError on Windows
   * @throws GroupUseError when called twice, or in a worker
   */
  async serve(): Promise<void> {
    if (process.platform === 'win32') throw new UnsupportedPlatformError('Windows');
    if (cluster.isWorker) throw new GroupUseError('A worker cannot be the primary of a Group');
    if (this.#state.kind !== 'NEW') throw new GroupUseError('This Group is already serving');
    logGroupSize(this.#log, { given: this.#given, resolved: this.options });
    const primary = this.#makePrimary();
    const ignoreSignals = listenToSignals(
      {
        drain: (signal) => void this.#end(signal),
        // Both log their outcome themselves.
        reload: () => void primary.planned.reload().catch(ignore),
        upgrade: () => void this.upgrade().catch(ignore),
        end: (code) => {
          primary.kill();
          process.exit(code);
        },
      },
      this.#foreign,
    );
    // A handler that exits on a signal would cut requests in flight.
    this.#foreign.park();
    this.#state = { kind: 'SERVING', primary, ignoreSignals };
    guardPrimary(this.#log, () => {
      primary.kill();
      process.exit(1);
    });
    await primary.start().catch((error: unknown) => this.#failStart(primary, error));
    void this.#takeOver(primary);
    await primary.untilStarted().catch((error: unknown) => this.#endStart(error));
    collectAll();
    if (this.#isServing) this.#stopTrimming = keepSmall();
  }

  #makePrimary(): Primary {
    return new Primary(this.options, {
      clock: monotonicClock,
      random: Math.random,
      log: this.#log,
      spawn: workerSpawner(this.#startedWith),
      invitations: () => this.#loadInvitations(),
      descriptors: this.#descriptors,
      config: this.#config,
      // The predecessor serves meanwhile, and needs the CPU.
      startsAtOnce: this.#takeover === undefined ? this.options.supervision.maxStartsAtOnce : 1,
      ...inheritedBy(this.#takeover),
      inherited: new InheritedSockets(
        this.#takeover?.listeners ?? takeSystemdSockets(process.env, process.pid),
      ),
    });
  }

  #loadInvitations(): Promise<Invitations | undefined> {
    const { lingering: maxLingering } = budgetOf(this.options, this.#descriptors);
    const { acceptQueue } = this.options;
    return loadInvitations(acceptQueue.transport, { log: this.#log, acceptQueue, maxLingering });
  }

  /** Takes inherited sockets over once workers are ready, then notifies the service manager. */
  async #takeOver(primary: Primary): Promise<void> {
    // A predecessor serves until then and hands over all at once.
    if (this.#takeover !== undefined) await primary.untilFull();
    // A draining group takes nothing new: what waits is for its successor.
    if (!this.#isServing) return;
    primary.acceptInherited();
    this.#takeover?.tellTakenOver((operators) => primary.operators.adopt(operators));
    this.#manager.ready(process.pid);
    this.#stopWatchdog = this.#manager.startWatchdog();
    await this.#takeover?.placesFree;
    if (this.#isServing) primary.places.open();
  }

  get #isServing(): boolean {
    return this.#state.kind === 'SERVING';
  }

  /**
   * Replaces all workers by the code on disk: first a canary, which must stay well for
   * `reload.canaryMs`, then the others, as many side by side as `reload.maxSurge` allows. Each new
   * worker is READY before the old one drains. Resolves when each slot has its new worker; old ones
   * may still drain. SIGHUP does the same unless the group was started on a terminal.
   *
   * @throws ReloadError when a new worker fails; the remaining old workers go on
   * @throws GroupUseError when the group does not serve
   */
  async reload(): Promise<ReloadOutcome> {
    if (this.#state.kind !== 'SERVING') throw new GroupUseError('This Group does not serve');
    return this.#state.primary.planned.reload();
  }

  /**
   * Sets the number of workers, which then follows the load no more: `auto` returns to what
   * `workers` says. Workers that are not needed drain, those in the highest slots. Resolves when the
   * order is taken: workers start and end later, after a reload under way.
   *
   * @param workers `workers.min` to `workers.max`; for a fixed number, from `supervision.quorum` to
   *   twice that number, at most 16 more
   * @throws TypeError, RangeError for any other value
   * @throws GroupOperationError when there is no memory for more workers, one that would end is out,
   *   or an upgrade is under way
   * @throws GroupUseError when the group does not serve
   */
  async scale(workers: number | 'auto'): Promise<void> {
    if (this.#state.kind !== 'SERVING') throw new GroupUseError('This Group does not serve');
    this.#state.primary.planned.scaling.order({ workers, by: null });
  }

  /**
   * Starts this program again, as it is on disk now, with the listening sockets of this process.
   * Once all new workers are READY they serve; this process drains and exits. SIGUSR2 does the
   * same.
   *
   * @throws UpgradeError when it fails; this process goes on
   * @throws GroupUseError when the group does not serve
   */
  async upgrade(): Promise<void> {
    const state = this.#state;
    if (state.kind !== 'SERVING') throw new GroupUseError('This Group does not serve');
    let successor: Successor;
    try {
      successor = await this.#startSuccessor(state.primary);
      this.#log('info', 'a new primary serves', { by: successor.pid });
    } catch (error) {
      this.#log('error', thrownMessage(error));
      throw error;
    }
    this.#state = { kind: 'CLOSING', closed: state.primary.handOver(successor.tellPlacesFree) };
    await this.#state.closed;
    await this.#foreign.run('SIGTERM', FOREIGN_MS);
    this.#log('info', 'ended');
    process.exit(0);
  }

  async #startSuccessor(primary: Primary): Promise<Successor> {
    if (endsContainer()) {
      throw new UpgradeError(
        'this is the main process of its container, which would stop with it. Replace the container',
      );
    }
    if (this.#isUpgrading) throw new UpgradeError('another one is under way');
    if (primary.planned.isReloading) throw new UpgradeError('a reload is under way');
    const { scaling } = primary.planned;
    const room = primary.planned.roomFor(scaling.wanted);
    if (room !== true) throw new UpgradeError(room);
    this.#isUpgrading = true;
    scaling.hold('an upgrade is under way');
    try {
      this.#log('info', 'upgrading');
      return await startSuccessor({
        ...(await primary.heritage()),
        operatorsNow: () => primary.operators.state,
        env: this.#managerVariables,
        startedWith: this.#startedWith,
        withinMs: this.options.supervision.bootTimeoutMs * (scaling.wanted + 1),
      });
    } finally {
      this.#isUpgrading = false;
      scaling.release();
    }
  }

  /** Drains and ends the group. Resolves when every process of it has ended. */
  close(): Promise<void> {
    const state = this.#state;
    if (state.kind === 'NEW') return Promise.resolve();
    if (state.kind === 'CLOSING') return state.closed;
    return this.#close(state, { lameDuckMs: 0, signal: 'SIGTERM' }).finally(() => {
      this.#foreign.restore();
    });
  }

  #close(state: Extract<GroupState, { kind: 'SERVING' }>, terms: StopTerms): Promise<void> {
    this.#manager.stopping();
    state.primary.tellLeaving(terms);
    const closed = state.primary.stop(terms).finally(() => {
      state.ignoreSignals();
      this.#stopWatchdog();
      this.#stopTrimming();
    });
    this.#state = { kind: 'CLOSING', closed };
    return closed;
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    if (this.#state.kind !== 'SERVING') return;
    this.#log('info', 'draining');
    // No load balancer routes to a process that is ended with Ctrl-C, and its user waits.
    const lameDuckMs = signal === 'SIGTERM' ? this.options.drain.lameDuckMs : 0;
    await this.#close(this.#state, { lameDuckMs, signal });
    await this.#foreign.run(signal, FOREIGN_MS);
    this.#log('info', 'ended');
    process.exit(0);
  }

  #failStart(primary: Primary, error: unknown): void {
    if (!(error instanceof GroupStartError || error instanceof TransportError)) throw error;
    primary.kill();
    this.#logFailure(error);
    process.exit(1);
  }

  /** Ends a start that failed after the first worker was READY: what this has accepted is answered. */
  async #endStart(error: unknown): Promise<void> {
    if (!(error instanceof GroupStartError)) throw error;
    this.#logFailure(error);
    if (this.#state.kind !== 'SERVING') return;
    await this.#close(this.#state, { lameDuckMs: 0, signal: 'SIGTERM' });
    process.exit(1);
  }

  #logFailure(error: GroupStartError | TransportError): void {
    const { message, code } = error;
    const details = error instanceof GroupStartError ? error.details : undefined;
    this.#log('error', message, { code, ...(details === undefined ? {} : { stack: details }) });
  }
}

/** What a new primary has from the group that it takes over from. */
function inheritedBy(
  takeover: Takeover | undefined,
): Pick<PrimaryDependencies, 'predecessor' | 'operators' | 'scaling'> {
  const { directory: predecessor, operators, scaling } = takeover ?? {};
  return { predecessor, operators, scaling };
}

/** Refers to modules by their symlinks, so that a reload follows where these lead by then. */
function byLinks(
  options: Readonly<ResolvedGroupOptions>,
  startedWith: StartedWith,
): Readonly<ResolvedGroupOptions> {
  const { app, meta } = options;
  const linked = { ...options, app: startedWith.url(app) };
  if (meta?.setup === undefined) return deepFreeze(linked);
  return deepFreeze({ ...linked, meta: { ...meta, setup: startedWith.url(meta.setup) } });
}

/** Longest time for handlers registered by others, at the end. */
const FOREIGN_MS = 3_000;

/** Container init programs that exit with the process that they started. */
const CONTAINER_INITS: ReadonlySet<string> = new Set([
  'tini',
  'docker-init',
  'dumb-init',
  'catatonit',
]);

/** Whether the container ends with this process: it is the first one, or the child of an init. */
function endsContainer(): boolean {
  if (process.pid === 1) return true;
  if (process.ppid !== 1) return false;
  try {
    return CONTAINER_INITS.has(readFileSync('/proc/1/comm', 'utf8').trim());
  } catch {
    return false;
  }
}
