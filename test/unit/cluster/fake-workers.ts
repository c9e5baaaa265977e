import { ManagedWorker } from '../../../lib/cluster/supervision/managed-worker.ts';
import { Supervisor } from '../../../lib/cluster/supervision/supervisor.ts';

const supervision = {
  bootTimeoutMs: 60_000,
  stalledAfterMs: 500,
  hungAfterMs: 10_000,
  quorum: 1,
  maxStartFailures: 3,
  maxStartsAtOnce: 1,
};

const drainLimits = {
  idleGraceMs: 0,
  streamGraceMs: 0,
  requestTimeoutMs: 20_000,
  killAfterMs: 28_000,
};

export interface Usage {
  privateBytes?: number;
  requests?: number;
  loopDelayP99Ms?: number;
  elu?: number;
}

/** A supervisor of workers that exist on paper, in a time that passes as the test says. */
export class FakeWorkers {
  now = 0;
  readonly clock = { now: (): number => this.now };
  readonly all: ManagedWorker[] = [];
  readonly drained: number[] = [];
  readonly killed: number[] = [];
  readonly ends: { reason: string; isPlanned: boolean }[] = [];
  readonly supervisor: Supervisor;
  /** Fewest READY workers that were seen since the first time that all were. */
  leastReady = Infinity;
  /** Most processes that were seen at once. */
  mostAtOnce = 0;
  readonly #ticks: (() => void)[] = [];

  constructor(slots: number, needed = slots) {
    this.supervisor = new Supervisor({
      slots,
      needed,
      supervision,
      clock: this.clock,
      random: () => 1,
      spawn: (slot) => this.#spawn(slot),
      drain: (worker) => {
        this.drained.push(worker.id);
        worker.apply({ kind: 'drain' }, this.now);
      },
      drainLimits,
      onReady: () => undefined,
      onExit: (_, { reason }, { isPlanned }) => this.ends.push({ reason, isPlanned }),
    });
  }

  /** Called in every tick, after the supervisor's own. */
  onTick(tick: () => void): void {
    this.#ticks.push(tick);
  }

  /** Lets promises settle, in no time. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < 5; turn++) {
      // oxlint-disable-next-line no-await-in-loop -- one after another
      await Promise.resolve();
    }
  }

  /** Lets time pass as the primary does, with workers that are heard. */
  async pass(ms: number): Promise<void> {
    const end = this.now + ms;
    while (this.now < end) {
      this.now = Math.min(end, this.now + 100);
      for (const worker of this.supervisor.everyone) worker.heard(this.now);
      this.supervisor.tick();
      for (const tick of this.#ticks) tick();
      // oxlint-disable-next-line no-await-in-loop -- promises settle between the ticks
      await Promise.resolve();
      this.#look();
    }
  }

  /** Starts all. */
  async boot(): Promise<void> {
    while (this.ready.length < this.supervisor.needed) {
      // oxlint-disable-next-line no-await-in-loop -- one worker after another is started
      await this.pass(100);
      this.readyAll();
    }
    this.leastReady = this.supervisor.needed;
  }

  get ready(): ManagedWorker[] {
    return this.supervisor.everyone.filter(({ state }) => state.kind === 'READY');
  }

  /** Those that start are READY now. */
  readyAll(): void {
    for (const worker of this.supervisor.everyone) this.supervisor.ready(worker);
  }

  /** Those that were told to end, or were killed, end. */
  endLeaving(): void {
    for (const worker of this.supervisor.leaving) this.supervisor.exited(worker, 0, null);
  }

  at(slot: number): ManagedWorker {
    const worker = this.supervisor.workers.find((one) => one.slot === slot);
    if (worker === undefined) throw new Error(`nobody has place ${slot}`);
    return worker;
  }

  use(
    worker: ManagedWorker,
    { privateBytes = 0, requests = 0, loopDelayP99Ms = 0, elu = 0 }: Usage,
  ): void {
    worker.measured({
      privateBytes,
      rssBytes: privateBytes,
      requests,
      loopDelayP99Ms,
      heapUsedBytes: 0,
      elu,
    });
  }

  #spawn(slot: number): ManagedWorker {
    const id = this.all.length + 1;
    const worker = new ManagedWorker({ id, slot, role: 'app', maxConnections: 10, now: this.now });
    worker.process = {
      pid: 1_000 + id,
      send: () => undefined,
      handOff: () => undefined,
      kill: () => this.killed.push(id),
    };
    this.all.push(worker);
    return worker;
  }

  #look(): void {
    this.leastReady = Math.min(this.leastReady, this.ready.length);
    this.mostAtOnce = Math.max(this.mostAtOnce, this.supervisor.everyone.length);
  }
}
