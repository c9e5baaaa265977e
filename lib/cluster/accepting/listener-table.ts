import type { ManagedWorker } from '../supervision/managed-worker.ts';
import { keyOfSpec } from '../takeover/inherited-sockets.ts';
import type { Listener } from './listener.ts';
import { QueuedListener } from './queued-listener.ts';

/** Most listeners over all workers: each takes descriptors of the primary. */
export const MAX_LISTENERS = 64;

/** A group's listeners, each under the key of what it was opened for. */
export class ListenerTable {
  /** In the order in which they were last asked for. */
  readonly #openings = new Map<string, Promise<Listener>>();
  #opened: readonly Listener[] = [];
  /** Those with a queue here. Cached, because every connection needs them. */
  #queued: readonly QueuedListener[] = [];

  get opened(): readonly Listener[] {
    return this.#opened;
  }

  get queued(): readonly QueuedListener[] {
    return this.#queued;
  }

  get isFull(): boolean {
    return this.#openings.size >= MAX_LISTENERS;
  }

  /** Returns the listener, which now counts as the last that was asked for. */
  ask(key: string): Promise<Listener> | undefined {
    const known = this.#openings.get(key);
    if (known === undefined) return undefined;
    this.#openings.delete(key);
    this.#openings.set(key, known);
    return known;
  }

  add(key: string, opening: Promise<Listener>): void {
    this.#openings.set(key, opening);
    // Allow a retry by another worker: the address may be free by then.
    opening.catch(() => this.#openings.delete(key));
  }

  /** Adds a listener that has opened: it may accept connections. */
  addOpened(listener: Listener): void {
    this.#setOpened([...this.#opened, listener]);
  }

  close(listener: Listener): void {
    this.#setOpened(this.#opened.filter((one) => one !== listener));
    this.#openings.delete(keyOfSpec(listener.spec, listener.role));
    listener.close({ areShared: false });
  }

  /**
   * Closes the listener that none of the workers serves and that was asked for longest ago. A
   * restart soon asks again for the others, where clients may wait; the pages' own always stays.
   */
  closeUnserved(workers: readonly ManagedWorker[]): void {
    for (const key of this.#openings.keys()) {
      const listener = this.#opened.find(({ spec, role }) => keyOfSpec(spec, role) === key);
      if (listener?.role !== 'app' || workers.some(listener.isServedBy)) continue;
      return this.close(listener);
    }
  }

  #setOpened(opened: readonly Listener[]): void {
    this.#opened = opened;
    this.#queued = opened.filter((listener) => listener instanceof QueuedListener);
  }
}
