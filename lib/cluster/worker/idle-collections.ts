import { MIB } from '../../common/mib.ts';
import type { WorkerUsage } from '../protocol/control-messages.ts';

/** Growth that is worth a collection. */
const GROWTH_BYTES = 24 * MIB;

/** Time with few requests before a collection, in milliseconds: V8 drops code that holds garbage. */
const IDLE_MS = 60_000;

/** Requests per second of a process that counts as idle: load balancers ask, too. */
const IDLE_RATE = 1;

const MS_PER_SECOND = 1_000;

/**
 * Decides when a process collects what its last busy time left: V8 seldom does that while nothing
 * is allocated, and keeps the memory. Decides nothing before READY.
 */
export class IdleCollections {
  #requests = 0;
  #at = -Infinity;
  #idleSince: number | undefined;
  #fromBytes = Infinity;

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
    if (now - (this.#idleSince ?? now) < IDLE_MS) return false;
    if (privateBytes - this.#fromBytes < GROWTH_BYTES) return false;
    // Where streams leave no quiet moment, the next try waits until as much has come again.
    this.#fromBytes = privateBytes;
    return true;
  }
}
