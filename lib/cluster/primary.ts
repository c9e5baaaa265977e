import type { Server } from 'node:http';
import { setImmediate as nextLoop, setTimeout as wait } from 'node:timers/promises';

import type { Clock } from '../common/clock.ts';
import { ReportsLink } from '../reports/reports-link.ts';
import { Reports } from '../reports/reports.ts';
import { AcceptPath } from './accept-path.ts';
import { GroupStartError } from './cluster.errors.ts';
import type { ListenSpec, WorkerMessage } from './control-messages.ts';
import { divideDescriptors } from './descriptor-limit.ts';
import { type GroupDirectory, makeGroupDirectory } from './group-directory.ts';
import type { ResolvedGroupOptions } from './group.options.ts';
import { cannotListen, plainError } from './listen-failure.ts';
import { type Handing, ManagedWorker } from './managed-worker.ts';
import type { PrimaryLog } from './primary-log.ts';
import { serveProbes } from './probes.ts';
import { Refuser } from './refuse.ts';
import { Supervisor } from './supervisor.ts';
import type { Transport, WorkerLink } from './transport.ts';
import type { WorkerBoot } from './worker-boot.ts';
import type { SpawnWorker, WorkerProcessEvents } from './worker-process.ts';
import { workerSnapshot } from './workers-snapshot.ts';

export interface PrimaryDependencies {
  clock: Clock;
  random: () => number;
  log: PrimaryLog;
  spawn: SpawnWorker;
  /** How connections are passed on; asked for once, before anything listens. */
  transport: () => Promise<Transport>;
  descriptors: number;
}

/** How often workers are looked after, in milliseconds. */
const TICK_EVERY_MS = 250;

/** Longest wait for the meta process at the end, in milliseconds. */
const META_DRAIN = { idleGraceMs: 0, requestsMs: 500, hardMs: 2_000 };

const META_APP = new URL('../meta/meta.app.js', import.meta.url).href;

/** The first process of a group: accepts, hands on, supervises. Runs no application code. */
export class Primary {
  readonly #options: ResolvedGroupOptions;
  readonly #deps: PrimaryDependencies;
  readonly #workers: Supervisor;
  readonly #metas: Supervisor;
  readonly #accepts: AcceptPath;
  readonly #reports = new Reports();
  readonly #started = Promise.withResolvers<void>();
  #directory: GroupDirectory | undefined;
  #link: ReportsLink | undefined;
  #probes: Server | undefined;
  #ticker: NodeJS.Timeout | undefined;
  /** Every process that is there, of both kinds. Kept, because each connection asks for it. */
  #present: readonly ManagedWorker[] = [];
  #ids = 0;
  #isStopping = false;

  constructor(options: ResolvedGroupOptions, deps: PrimaryDependencies) {
    this.#options = options;
    this.#deps = deps;
    const budget = divideDescriptors(deps.descriptors, options.workers);
    this.#accepts = new AcceptPath({
      acceptQueue: options.acceptQueue,
      maxHeld: budget.held,
      clock: deps.clock,
      refuser: new Refuser({ maxLingering: budget.lingering, random: deps.random }),
      workers: () => this.#present,
      onOpen: (listener) => deps.log('info', `listening on ${listener}`),
      onError: (listener, { message }) => deps.log('error', 'accept failed', { listener, message }),
    });
    this.#workers = this.#supervisor('app', options.workers);
    this.#metas = this.#supervisor('meta', options.meta === undefined ? 0 : 1);
  }

  /** Whether enough workers are READY for new work. */
  get isReady(): boolean {
    const ready = this.#workers.workers.filter(({ state }) => state.kind === 'READY');
    return !this.#isStopping && ready.length >= this.#options.supervision.quorum;
  }

  /** Resolves when the first worker is READY. @throws GroupStartError when none gets there */
  async start(): Promise<void> {
    this.#registerReports();
    this.#accepts.transport = await this.#deps.transport();
    await this.#openOwnListeners();
    this.#ticker = setInterval(() => this.#tick(), TICK_EVERY_MS);
    this.#tick();
    await this.#started.promise;
  }

  /**
   * Ends the group without losing a request: stops accepting, hands on what was accepted, drains
   * the workers, closes what is left.
   */
  async stop(): Promise<void> {
    this.#isStopping = true;
    this.#workers.stop();
    this.#metas.stop();
    // What the kernel has completed is accepted in a poll phase: one may be under way, so two.
    await nextLoop();
    await nextLoop();
    this.#accepts.stopAccepting('app');
    const { maxAgeMs, leaseMs } = this.#options.acceptQueue;
    await this.#until(() => this.#accepts.held === 0, maxAgeMs + leaseMs);
    await this.#drain(this.#workers, this.#options.drain);
    this.#accepts.stopAccepting('meta');
    await this.#drain(this.#metas, META_DRAIN);
    this.#release();
  }

  /** Ends the group at once. */
  kill(): void {
    this.#isStopping = true;
    this.#workers.stop();
    this.#metas.stop();
    for (const worker of this.#present) worker.process?.kill('SIGKILL');
    this.#release();
  }

  #supervisor(role: 'app' | 'meta', slots: number): Supervisor {
    const { clock, random, log } = this.#deps;
    const what = role === 'app' ? 'worker' : 'meta process';
    return new Supervisor({
      slots,
      supervision: this.#options.supervision,
      clock,
      random,
      spawn: (slot) => this.#spawn(role, slot),
      onReady: ({ id, process: { pid } = { pid: 0 } }) => {
        log('info', `${what} ready`, { id, pid });
        if (role === 'app') this.#started.resolve();
        this.#accepts.pump();
      },
      onExit: (worker, { reason, pid }) => {
        const level = this.#isStopping ? 'info' : 'warn';
        log(level, `${what} ended`, { id: worker.id, pid, reason });
        this.#present = this.#present.filter((one) => one !== worker);
        this.#accepts.gone(worker);
        worker.link?.close();
      },
      ...(role === 'app' ? { onGiveUp: (reason: string) => this.#giveUp(reason) } : {}),
    });
  }

  #spawn(role: 'app' | 'meta', slot: number): ManagedWorker {
    const { app, maxConnectionsPerWorker: maxConnections } = this.#options;
    const id = ++this.#ids;
    const link = this.#linkToWorker();
    const worker = new ManagedWorker({
      ...(link === undefined || link instanceof Error ? {} : { link }),
      id,
      slot,
      role,
      maxConnections,
      now: this.#deps.clock.now(),
    });
    this.#present = [...this.#present, worker];
    const supervisor = role === 'app' ? this.#workers : this.#metas;
    const onExit: WorkerProcessEvents['onExit'] = (code, signal, error) => {
      if (error !== undefined) worker.reason ??= `not started: ${error.message}`;
      supervisor.exited(worker, code, signal);
    };
    try {
      if (link instanceof Error) throw link;
      worker.process = this.#deps.spawn(
        this.#bootOf(worker, app),
        {
          onMessage: (message) => this.#onNews(worker, message),
          onReply: (reply) => {
            worker.heard(this.#deps.clock.now());
            this.#accepts.reply(worker, reply);
          },
          onUnmanaged: (address) => worker.unmanaged.add(address),
          onExit,
        },
        link?.stdio ?? [],
      );
    } catch (error) {
      // The machine is out of something: the next try may have more luck.
      setImmediate(onExit, null, null, error instanceof Error ? error : new Error(String(error)));
    }
    worker.link?.started();
    return worker;
  }

  /** An error when the machine is out of descriptors. */
  #linkToWorker(): WorkerLink<Handing> | Error | undefined {
    try {
      return this.#accepts.transport.link?.<Handing>(() => this.#accepts.pump());
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error));
    }
  }

  #bootOf({ id, slot, role }: ManagedWorker, app: string): WorkerBoot {
    const { directory, reportsPath } = this.#directory ?? {};
    return {
      id,
      slot,
      role,
      app: role === 'app' ? app : META_APP,
      workers: this.#options.workers,
      maxConnections: this.#options.maxConnectionsPerWorker,
      transport: this.#accepts.transport.kind,
      ...(directory === undefined ? {} : { directory }),
      ...(this.#link === undefined || reportsPath === undefined ? {} : { reportsPath }),
    };
  }

  #onListening(
    worker: ManagedWorker,
    message: Extract<WorkerMessage, { kind: 'listen' | 'unlisten' }>,
  ): void {
    if (message.kind === 'listen') void this.#listen(worker, message.request, message.spec);
    // A worker that ends closes its servers; its replacement goes on with the listeners.
    else if (worker.state.kind === 'DRAINING') worker.listeners.delete(message.listener);
    else this.#accepts.unlisten(worker, message.listener);
  }

  #onNews(worker: ManagedWorker, message: WorkerMessage): void {
    worker.heard(this.#deps.clock.now());
    switch (message.kind) {
      case 'online':
        return worker.apply({ kind: 'online' }, this.#deps.clock.now());
      case 'listen':
      case 'unlisten':
        return this.#onListening(worker, message);
      case 'ready':
        return (worker.role === 'app' ? this.#workers : this.#metas).ready(worker);
      case 'failed':
        worker.reason = `it failed to boot: ${message.reason}`;
        return;
      case 'beat':
        if (message.usage !== undefined) worker.measured(message.usage);
        worker.report(message, 0);
        return this.#accepts.pump();
      case 'terminate':
        return this.#replace(worker);
    }
  }

  /** Somebody ended this worker alone; when the whole group is meant, the primary is told too. */
  #replace(worker: ManagedWorker): void {
    worker.reason ??= 'it got SIGTERM';
    worker.apply({ kind: 'drain' }, this.#deps.clock.now());
    worker.process?.send({ kind: 'drain', ...this.#options.drain });
  }

  async #listen(worker: ManagedWorker, request: number, spec: ListenSpec): Promise<void> {
    try {
      const { id, address } = await this.#accepts.listen(spec, worker.role);
      worker.listeners.add(id);
      worker.process?.send({ kind: 'listening', request, listener: id, address });
    } catch (error) {
      worker.process?.send({ kind: 'refused', request, error: plainError(error) });
      if (!this.#workers.hasBeenReady) this.#giveUp(cannotListen(spec, error));
    }
  }

  /** The primary's own addresses, before anything is started: a port in use is found at once. */
  async #openOwnListeners(): Promise<void> {
    const { meta, probes } = this.#options;
    if (probes !== undefined) {
      const spec: ListenSpec = { ...probes, refusal: 'http', ordinal: 0 };
      this.#probes = await serveProbes(probes, { isReady: () => this.isReady }).catch(
        (error: unknown) => {
          throw new GroupStartError(cannotListen(spec, error));
        },
      );
    }
    this.#directory = makeGroupDirectory();
    if (meta === undefined) return;
    const spec: ListenSpec = { host: meta.host, port: meta.port, refusal: 'http', ordinal: 0 };
    const listener = await this.#accepts.listen(spec, 'meta').catch((error: unknown) => {
      throw new GroupStartError(cannotListen(spec, error));
    });
    this.#deps.log('info', `pages on http://${listener.name}`);
    this.#link = new ReportsLink({
      path: this.#directory.reportsPath,
      identity: { role: 'primary', id: 0 },
      reports: this.#reports,
    });
  }

  #registerReports(): void {
    const now = (): number => this.#deps.clock.now();
    this.#reports.snapshot('workers', () =>
      this.#workers.slots.map((slot) => workerSnapshot(slot, now())),
    );
    this.#reports.snapshot('accept-queue', () =>
      this.#accepts.listeners.map((listener) => listener.snapshot(now())),
    );
    this.#reports.snapshot('ready', () => this.isReady);
  }

  #tick(): void {
    const now = this.#deps.clock.now();
    for (const worker of this.#present) worker.look(now);
    this.#workers.tick();
    this.#metas.tick();
    this.#accepts.pump();
  }

  #giveUp(reason: string): void {
    this.kill();
    this.#started.reject(new GroupStartError(reason));
  }

  async #drain(supervisor: Supervisor, limits: ResolvedGroupOptions['drain']): Promise<void> {
    const now = this.#deps.clock.now();
    for (const worker of supervisor.workers) {
      worker.apply({ kind: 'drain' }, now);
      worker.process?.send({ kind: 'drain', ...limits });
    }
    const isGone = await this.#until(() => supervisor.workers.length === 0, limits.hardMs);
    if (isGone) return;
    for (const worker of supervisor.workers) worker.process?.kill('SIGKILL');
    await this.#until(() => supervisor.workers.length === 0, limits.hardMs);
  }

  async #until(isReached: () => boolean, withinMs: number): Promise<boolean> {
    const endsAt = this.#deps.clock.now() + withinMs;
    while (!isReached()) {
      if (this.#deps.clock.now() >= endsAt) return false;
      // oxlint-disable-next-line no-await-in-loop -- a condition is waited for, in steps
      await wait(20);
    }
    return true;
  }

  #release(): void {
    clearInterval(this.#ticker);
    this.#accepts.close();
    this.#link?.close();
    this.#probes?.close();
    this.#directory?.remove();
  }
}
