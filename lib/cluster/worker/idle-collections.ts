import { MIB } from '../../common/mib.ts';
import type { WorkerUsage } from '../protocol/control-messages.ts';

/** When a process of a kind is to collect. */
export interface CollectionLimits {
  /** Growth that is worth a collection. */
  readonly growthBytes: number;
  /** Time with few requests before a collection, in milliseconds. */
  readonly idleMs: number;
  /** Whether to collect while requests come, too, if V8 keeps much unused memory. @default false */
  readonly evenBusy?: boolean;
}

/** V8 drops code that holds garbage, which makes the next burst dearer. */
export const OF_WORKERS: CollectionLimits = { growthBytes: 24 * MIB, idleMs: 60_000 };

/** The process of the pages has no bursts that count, and viewers who look at it all day. */
export const OF_PAGES: CollectionLimits = { growthBytes: 2 * MIB, idleMs: 5_000, evenBusy: true };

/** Requests per second of a process that counts as idle: load balancers ask, too. */
const IDLE_RATE = 1;

const MS_PER_SECOND = 1_000;

/**
 * Decides when a process collects what its last busy time left: V8 seldom does that while nothing
 * is allocated, and keeps the memory. Decides nothing before READY.
 */
export class IdleCollections {
  readonly #limits: CollectionLimits;
  #requests = 0;
  #at = -Infinity;
  #idleSince: number | undefined;
  #fromBytes = Infinity;

  constructor(limits: CollectionLimits) {
    this.#limits = limits;
  }

  /** Counts growth from here: call it when READY, and after each collection. */
  countFrom({ privateBytes }: Pick<WorkerUsage, 'privateBytes'>): void {
    this.#fromBytes = privateBytes;
  }

  /** Call it with each measurement. @returns whether to collect */
  look(
    { privateBytes, requests }: Pick<WorkerUsage, 'privateBytes' | 'requests'>,
    now: number,
  ): boolean {
    const most = (IDLE_RATE * (now - this.#at)) / MS_PER_SECOND;
    const isIdle = requests - this.#requests <= most;
    this.#requests = requests;
    this.#at = now;
    this.#idleSince = isIdle ? (this.#idleSince ?? now) : undefined;
    if (now - (this.#idleSince ?? now) < this.#limits.idleMs) return false;
    if (privateBytes - this.#fromBytes < this.#limits.growthBytes) return false;
    // Where streams leave no quiet moment, the next try waits until as much has come again.
    this.#fromBytes = privateBytes;
    return true;
  }
}
