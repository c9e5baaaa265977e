import { processClock } from '../../common/clock.ts';
import { collectAll, collectGarbage } from '../../common/process/collect-garbage.ts';
import { trimHeap } from '../../posix/native-heap.ts';
import type { WorkerUsage } from '../protocol/control-messages.ts';
import { IdleCollections, type CollectionLimits } from './idle-collections.ts';
import { KeptMemory } from './kept-memory.ts';
import { Trims } from './trims.ts';
import { whenQuiet } from './when-quiet.ts';

/** What collections need of their worker. */
export interface CollectedWorker {
  measure: () => WorkerUsage;
  /** Requests in flight. */
  inFlight: () => number;
  /** Requests since the start. */
  requests: () => number;
  /** Called before the loop is blocked, with the longest time for which it may be. */
  onBlock: (longestMs: number) => void;
}

/** Longest collection that is not told as a blocked loop. */
const LONGEST_COLLECTION_MS = 1_000;

/** Collects the garbage of a worker: of its start, and what its busy times left. */
export class WorkerCollections {
  readonly #worker: CollectedWorker;
  readonly #idle: IdleCollections;
  readonly #kept: KeptMemory | undefined;
  readonly #trims = new Trims();

  constructor(worker: CollectedWorker, limits: CollectionLimits) {
    this.#worker = worker;
    this.#idle = new IdleCollections(limits);
    this.#kept = limits.evenBusy === true ? new KeptMemory() : undefined;
  }

  /** Growth counts from here. */
  ready(): void {
    this.#idle.countFrom(this.#worker.measure());
  }

  /** Collects what the start has left. */
  collectStart(): void {
    this.#collectBy(collectAll);
  }

  /** The same `afterMs` from now, unless requests have come by then: the code they run must stay. */
  collectStartLater(afterMs: number): void {
    const collectUnused = (): void => {
      if (this.#worker.requests() === 0) this.collectStart();
    };
    setTimeout(collectUnused, afterMs).unref();
  }

  /** Gives memory back, as a rule once the worker is idle. Call it with each measurement. */
  look(usage: WorkerUsage): void {
    const now = processClock.now();
    if (this.#idle.look(usage, now)) this.#collectWhenQuiet(collectGarbage);
    // Viewers who follow a stream leave no moment without requests.
    if (this.#keepsMuch(usage, now)) this.#collectBy(collectAll);
    const signs = { elu: usage.elu, inFlight: this.#worker.inFlight() };
    if (this.#trims.look(signs, now)) void this.#trim();
  }

  /**
   * Gives back all memory that is not in use, in the next moment without requests. Unlike the
   * collection of an idle process it returns what V8 keeps for later, and costs a few requests more.
   */
  collect(): void {
    this.#collectWhenQuiet(collectAll);
  }

  #keepsMuch({ privateBytes }: WorkerUsage, now: number): boolean {
    if (this.#kept === undefined) return false;
    const { heapTotal: heapTotalBytes, external: externalBytes } = process.memoryUsage();
    return this.#kept.look({ privateBytes, heapTotalBytes, externalBytes }, now);
  }

  #collectWhenQuiet(collect: () => void): void {
    whenQuiet(() => this.#collectBy(collect), this.#worker.inFlight);
  }

  #collectBy(collect: () => void): void {
    this.#worker.onBlock(LONGEST_COLLECTION_MS);
    collect();
    this.ready();
  }

  async #trim(): Promise<void> {
    const ms = await trimHeap();
    this.#trims.took(ms, processClock.now());
  }
}
