import { setTimeout as wait } from 'node:timers/promises';

import type { Clock } from '../../common/clock.ts';
import { spareProcessors } from '../../common/process/available-processors.ts';
import { readLastStack } from '../../common/process/last-stack.ts';
import { RunningClock } from '../../common/running-clock.ts';
import type { PrimaryShapes } from '../../reports/report-types.ts';
import { Reports } from '../../reports/reports.ts';
import { acceptPathOf, linkToWorker } from '../accepting/accept-path-of.ts';
import type { AcceptPath } from '../accepting/accept-path.ts';
import type { DrainLimits } from '../drain.options.ts';
import type { ResolvedGroupOptions } from '../group.options.ts';
import { cannotListen } from '../protocol/listen-failure.ts';
import { bootOf, maxConnectionsOf, type WorkerBoot } from '../protocol/worker-boot.ts';
import { PagesMemory } from '../replacing/pages-memory.ts';
import { PlannedChanges } from '../replacing/planned-changes.ts';
import { slotsAtStart } from '../scaling/scaling-bounds.ts';
import { DebuggedWorkers } from '../supervision/debugged-workers.ts';
import { ManagedWorker } from '../supervision/managed-worker.ts';
import { Supervisor } from '../supervision/supervisor.ts';
import { launch } from '../supervision/worker-process.ts';
import { type Heritage, inheritables } from '../takeover/inherited-sockets.ts';
import { drainLimitsOf, drainWorkers, handOut, longestEndMs, META_DRAIN } from './drain-workers.ts';
import { FailedStarts } from './failed-starts.ts';
import { Grants } from './grants.ts';
import { GroupReadiness } from './group-readiness.ts';
import { GroupStart } from './group-start.ts';
import { logEnd, logReady } from './log-lives.ts';
import { Operators } from './operators.ts';
import { OwnListeners } from './own-listeners.ts';
import { PagesStart } from './pages-start.ts';
import { PlaceHolders } from './place-holders.ts';
import type { PrimaryDependencies, StopTerms } from './primary-dependencies.ts';
import { registerPrimaryReports } from './primary-reports.ts';
import { UnmanagedServers } from './unmanaged-servers.ts';
import { WorkerMessages } from './worker-messages.ts';

/** Interval of supervision. */
const TICK_EVERY_MS = 250;

/** Minimum wait before retrying pages whose setup is wrong. */
const LASTING_WAIT_MS = 60_000;

/** First process of a group: accepts, hands off, supervises. Runs no application code. */
export class Primary {
  readonly #options: ResolvedGroupOptions;
  readonly #deps: PrimaryDependencies;
  readonly #workers: Supervisor;
  readonly #metas: Supervisor;
  readonly #pagesMemory: PagesMemory;
  /** Replaces healthy workers. */
  readonly planned: PlannedChanges;
  /** What operators change. */
  readonly operators: Operators;
  /** Grants each slot to one current worker. */
  readonly places = new PlaceHolders(() => this.#workers.workers);
  readonly #accepts: AcceptPath;
  readonly #grants: Grants;
  readonly #reports = new Reports<PrimaryShapes>();
  readonly #own: OwnListeners;
  readonly #readiness: GroupReadiness;
  readonly #debugged = new DebuggedWorkers((...line) => this.#deps.log(...line));
  readonly #start = new GroupStart({
    hasServed: () => this.#workers.hasBeenReady,
    kill: () => this.kill(),
  });
  readonly #failedStarts: FailedStarts;
  readonly #news: WorkerMessages;
  readonly #pagesStart = new PagesStart(() => this.#workers);
  #ticker: NodeJS.Timeout | undefined;
  /** All present processes of both roles. Cached, because every connection needs it. */
  #present: readonly ManagedWorker[] = [];
  #ids = 0;
  #signal: NodeJS.Signals = 'SIGTERM';
  /** LEAVING: drains, and is not ready. */
  #phase: 'SERVING' | 'LEAVING' | 'KILLED' = 'SERVING';

  constructor(options: ResolvedGroupOptions, deps: PrimaryDependencies) {
    this.#options = options;
    // Stands still while this process does; only leases use the real time, shared with workers.
    const clock = new RunningClock(deps.clock);
    this.#deps = { ...deps, clock };
    this.#accepts = acceptPathOf(options, { ...deps, queueClock: clock }, () => this.#present);
    const isReady = (): boolean => this.#readiness.isReady;
    const [accepts, reports] = [this.#accepts, this.#reports];
    this.#grants = new Grants({
      accepts,
      clock,
      workers: () => this.#present,
      onRefused: (spec, error) => {
        if (!this.#start.hasServed) this.#start.giveUp(cannotListen(spec, error));
      },
    });
    this.#own = new OwnListeners({ ...deps, options, accepts, reports, isReady });
    this.#failedStarts = new FailedStarts(deps.log, this.#start);
    this.#workers = this.#supervisor('app', slotsAtStart(options, deps.scaling));
    this.operators = this.#newOperators(deps.clock);
    this.#readiness = this.#newReadiness();
    this.#news = this.#newNews(clock);
    this.#metas = this.#supervisor('meta', { slots: options.meta === undefined ? 0 : 1 });
    this.#pagesMemory = new PagesMemory({ ...this.#deps, onGrown: this.#replace.bind(this) });
    if (options.meta === undefined) this.#start.pagesTried();
    const parts = { ...this.#deps, accepts, supervisor: this.#workers };
    this.planned = new PlannedChanges(options, parts);
  }

  #newOperators(machineClock: Clock): Operators {
    return new Operators({
      ...this.#deps,
      readiness: () => this.#readiness,
      supervisor: this.#workers,
      quorum: this.#options.supervision.quorum,
      onBack: () => this.#accepts.pump(),
      machineClock,
    });
  }

  #newReadiness(): GroupReadiness {
    return new GroupReadiness({
      quorum: this.#options.supervision.quorum,
      isServing: () => {
        return this.#phase === 'SERVING' && this.#start.isOver && !this.operators.health.isFailed;
      },
      workers: () => this.#workers.workers,
      present: () => this.#present,
    });
  }

  #newNews(clock: Clock): WorkerMessages {
    return new WorkerMessages({
      clock,
      accepts: this.#accepts,
      grants: this.#grants,
      places: this.places,
      debugged: this.#debugged,
      unmanaged: new UnmanagedServers(this.#deps.log),
      failedStarts: this.#failedStarts,
      readiness: () => this.#readiness,
      supervisorOf: (worker) => this.#supervisorOf(worker),
      replace: (worker, reason) => this.#replace(worker, reason),
      tick: () => this.#tick(),
    });
  }

  /** Resolves when the start is over and every slot has held a READY worker: fit to take over. */
  async untilFull(): Promise<void> {
    await Promise.all([this.#workers.full, this.#start.over]);
  }

  /** Starts accepting on inherited sockets: workers are now READY. */
  acceptInherited(): void {
    this.#accepts.acceptInherited();
  }

  /** What a new primary inherits. @throws UpgradeError if its listeners can't be passed */
  async heritage(): Promise<Heritage> {
    const listeners = await inheritables([...this.#accepts.listeners, ...this.#own.listeners]);
    const [operators, scaling] = [this.operators.state, this.planned.scaling.state];
    return { listeners, directory: this.#own.directory, operators, scaling };
  }

  /** Publishes, as this process ends, the addresses for which its follower must wait. */
  tellLeaving({ lameDuckMs }: Pick<StopTerms, 'lameDuckMs'>): void {
    this.#own.tellLeaving(longestEndMs(this.#options, lameDuckMs));
  }

  /**
   * Hands over to a serving new primary: like `stop`, but closes probes and listeners at once.
   *
   * @param onPlacesFree called when no worker of this group is current any more
   */
  async handOver(onPlacesFree: () => void): Promise<void> {
    this.#own.keepsDirectory = true;
    this.places.close(onPlacesFree);
    this.#own.closeProbes();
    this.#accepts.areSocketsShared = true;
    this.#accepts.stopAccepting('meta');
    await this.stop({ lameDuckMs: 0, signal: 'SIGTERM' });
  }

  /**
   * Resolves when the first worker is READY.
   *
   * @throws GroupStartError if no worker becomes READY, or workers or pages can't start at all
   */
  async start(): Promise<void> {
    registerPrimaryReports(this.#reports, {
      supervisor: this.#workers,
      planned: this.planned,
      listeners: () => this.#accepts.listeners,
      isReady: () => this.#readiness.isReady,
      options: this.#deps.config,
      now: () => this.#deps.clock.now(),
    });
    this.operators.register(this.#reports);
    this.#accepts.invitations = await this.#deps.invitations();
    await this.#own.open(this.untilFull());
    this.#ticker = setInterval(() => this.#tick(), TICK_EVERY_MS);
    this.#tick();
    await this.#start.untilServed();
  }

  /**
   * Resolves when the start is over: the pages are up, have failed or take over 10 s. Only then the
   * group is ready.
   *
   * @throws GroupStartError if the pages can't start at all; the workers serve until `stop()`
   */
  untilStarted(): Promise<void> {
    return this.#start.untilOver();
  }

  /**
   * Ends the group without losing a request: lame duck, stop accepting, hand out the accept
   * queue, drain the workers, close what is left.
   */
  async stop({ lameDuckMs, signal }: StopTerms): Promise<void> {
    this.#phase = 'LEAVING';
    this.#signal = signal;
    this.#readiness.tell();
    this.planned.close();
    if (lameDuckMs > 0) await wait(lameDuckMs);
    this.#workers.stop();
    this.#metas.stop();
    await handOut(this.#accepts, this.#options.acceptQueue, this.#deps.clock);
    await this.#drain(this.#workers, drainLimitsOf(this.#options));
    this.#accepts.stopAccepting('meta');
    await this.#drain(this.#metas, META_DRAIN);
    this.#release();
  }

  /** Kills all processes of the group. */
  kill(): void {
    this.#phase = 'KILLED';
    this.#workers.stop();
    this.#metas.stop();
    for (const worker of this.#present) worker.process?.kill('SIGKILL');
    this.#release();
  }

  #supervisor(role: 'app' | 'meta', slots: { slots: number; needed?: number }): Supervisor {
    const { clock, random, log } = this.#deps;
    return new Supervisor({
      ...slots,
      supervision: this.#options.supervision,
      startsAtOnce: this.#deps.startsAtOnce,
      startsBeside: Math.min(this.#options.supervision.maxStartsAtOnce, spareProcessors()),
      clock,
      random,
      spawn: (slot) => this.#spawn(role, slot),
      drain: (worker, limits) => this.#orderDrain(worker, limits),
      drainLimits: role === 'app' ? drainLimitsOf(this.#options) : META_DRAIN,
      stackOf: (worker) => readLastStack(this.#own.directory, worker.id),
      onReady: (worker) => {
        logReady(log, worker);
        if (role === 'app') this.#start.served();
        else this.#pagesTried(worker);
        this.#failedStarts.started(worker);
        this.planned.moved();
      },
      onExit: (worker, exit, { isPlanned, isRepeat }) => {
        if (!isRepeat) logEnd(log, worker, exit, isPlanned || this.#phase === 'KILLED');
        this.#present = this.#present.filter((one) => one !== worker);
        if (role === 'meta') this.#pagesTried(worker);
        this.#debugged.gone(worker);
        this.places.free(worker);
        this.#accepts.gone(worker);
        worker.link?.close();
        this.planned.moved();
      },
      onGiveUp: (reason) => role === 'app' && this.#start.giveUp(reason),
      lastingWaitMs: role === 'app' ? 0 : LASTING_WAIT_MS,
    });
  }

  #spawn(role: 'app' | 'meta', slot: number): ManagedWorker {
    const link = linkToWorker(this.#accepts, role);
    const worker = new ManagedWorker({
      ...(link === undefined || link instanceof Error ? {} : { link }),
      id: ++this.#ids,
      slot,
      role,
      maxConnections: maxConnectionsOf(role, this.#options),
      now: this.#deps.clock.now(),
    });
    this.#present = [...this.#present, worker];
    const events = this.#news.eventsOf(worker);
    worker.process = launch(this.#deps.spawn, { link, events, boot: () => this.#bootOf(worker) });
    this.#debugged.spawned(worker);
    worker.link?.started();
    if (role === 'meta') this.#start.pagesStarted();
    return worker;
  }

  #bootOf(worker: ManagedWorker): WorkerBoot {
    const line = worker.link?.index;
    const { predecessor } = this.#deps;
    const settings = this.operators.settings.list;
    const isFirst = predecessor === undefined && !this.#workers.hasStarted;
    const about = { ...this.#own.paths, line, predecessor, isFirst, settings };
    return bootOf(worker, this.#options, about);
  }

  /** Replaces one process, unless the whole group is ending. */
  #replace(worker: ManagedWorker, reason: string): void {
    if (this.#phase !== 'SERVING') return;
    if (worker.role === 'app') return this.#workers.retire(worker, reason, { cause: 'asked' });
    worker.reason ??= reason;
    this.#orderDrain(worker, META_DRAIN);
  }

  #orderDrain(worker: ManagedWorker, limits: DrainLimits): void {
    worker.apply({ kind: 'drain' }, this.#deps.clock.now());
    worker.process?.send({ kind: 'drain', signal: this.#signal, ...limits });
  }

  #supervisorOf({ role }: ManagedWorker): Supervisor {
    return role === 'app' ? this.#workers : this.#metas;
  }

  #tick(): void {
    const now = this.#deps.clock.now();
    this.#own.keep();
    for (const worker of this.#present) worker.look(now);
    this.#workers.tick();
    if (this.#pagesStart.isDue(now)) this.#metas.tick();
    this.#pagesMemory.tick(this.#metas.workers);
    this.#accepts.tick();
    this.planned.tick();
    this.#grants.tick();
    this.places.give();
    this.operators.tick();
    this.#readiness.tell();
  }

  /** Refuses visitors at once while the pages can't start. */
  #pagesTried({ failsForGood }: ManagedWorker): void {
    this.#start.pagesTried();
    this.#accepts.arePagesDown = failsForGood;
  }

  #drain(supervisor: Supervisor, limits: DrainLimits): Promise<void> {
    const order = (worker: ManagedWorker): void => this.#orderDrain(worker, limits);
    return drainWorkers(supervisor, { limits, order, clock: this.#deps.clock });
  }

  #release(): void {
    clearInterval(this.#ticker);
    this.#accepts.close();
    this.#own.close();
  }
}
