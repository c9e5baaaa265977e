import { MIB } from '../../common/mib.ts';

/** Memory that is worth a collection. */
const WORTH_BYTES = 24 * MIB;

/** Shortest time between two collections, each of which blocks the loop for some 100 ms. */
const EVERY_MS = 60_000;

export interface MemoryReading {
  /** Memory of the process that it shares with no other one. */
  privateBytes: number;
  /** Heap as V8 counts it, used or not. */
  heapTotalBytes: number;
  /** Buffers and the like. */
  externalBytes: number;
}

/**
 * Decides when a busy process gives back memory that V8 keeps: until a process is idle, V8 of Node
 * 22 and 24 keeps as many pages as its heap had at its peak, and counts them nowhere. They show as
 * private memory outside the heap that has grown.
 */
export class KeptMemory {
  #leastBytes = Infinity;
  #notBefore = -Infinity;

  /** Call it with each measurement. @returns whether to collect */
  look({ privateBytes, heapTotalBytes, externalBytes }: MemoryReading, now: number): boolean {
    const outsideBytes = privateBytes - heapTotalBytes - externalBytes;
    this.#leastBytes = Math.min(this.#leastBytes, outsideBytes);
    if (outsideBytes - this.#leastBytes < WORTH_BYTES || now < this.#notBefore) return false;
    this.#notBefore = now + EVERY_MS;
    // What a collection leaves is in use.
    this.#leastBytes = Infinity;
    return true;
  }
}
