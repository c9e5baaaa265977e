import { setTimeout as wait } from 'node:timers/promises';

import { ignore } from '../common/ignore.ts';
import { within } from '../common/within.ts';

/** Signals that end a process by default; here the group decides. */
const ENDING: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'];

/** Interval between looks whether handlers without a promise have finished. */
const LOOK_EVERY_MS = 20;

type Handler = (...args: unknown[]) => unknown;

interface Parked {
  readonly signal: NodeJS.Signals;
  readonly handler: Handler;
}

/** A Nest application, as far as it can remove its own signal handlers. */
interface Subscriber {
  unsubscribeFromProcessSignals?(): void;
}

/**
 * Signal handlers registered by others: preloaded tracing, Nest's shutdown hooks, the application.
 * One that exits would cut requests in flight; one that only flushes would run too early, or never
 * if the end comes by message. So they are taken off and run once after all else, with those of
 * `beforeExit`, which Node does not emit on `process.exit()`.
 */
export class ForeignHandlers {
  readonly #own = new Set<unknown>();
  readonly #parked: Parked[] = [];
  readonly #signals: readonly NodeJS.Signals[];
  #isParking = false;

  /** @param signals whose handlers are parked */
  constructor(signals: readonly NodeJS.Signals[] = ENDING) {
    this.#signals = signals;
  }

  /** Registers a handler of our own. */
  on(signal: NodeJS.Signals, handler: (signal: NodeJS.Signals) => void): void {
    this.#own.add(handler);
    process.on(signal, handler);
  }

  /** Removes a handler of our own. */
  off(signal: NodeJS.Signals, handler: (signal: NodeJS.Signals) => void): void {
    this.#own.delete(handler);
    process.off(signal, handler);
  }

  /** Takes all other handlers off, present and future ones. */
  park(): void {
    if (this.#isParking) return;
    this.#isParking = true;
    process.on('newListener', this.#onNew);
    for (const signal of this.#signals) {
      for (const handler of process.listeners(signal)) this.#take(signal, handler as Handler);
    }
  }

  /** Puts the handlers back: the process goes on without us. */
  restore(): void {
    if (!this.#isParking) return;
    this.#isParking = false;
    process.off('newListener', this.#onNew);
    for (const { signal, handler } of this.#parked.splice(0)) process.on(signal, handler);
  }

  /**
   * Drops the handlers by which Nest would close the application: the group closes it.
   *
   * @returns their signals
   */
  forgetNest(application: object | undefined): NodeJS.Signals[] {
    const subscriber: Subscriber | undefined = application;
    if (typeof subscriber?.unsubscribeFromProcessSignals !== 'function') return [];
    // Nest finds them only on the process. No signal is delivered before they are off again.
    const parked = this.#parked.splice(0);
    process.off('newListener', this.#onNew);
    for (const { signal, handler } of parked) process.on(signal, handler);
    const before = handledSignals();
    subscriber.unsubscribeFromProcessSignals();
    const after = handledSignals();
    for (const one of parked) {
      if (!process.listeners(one.signal).includes(one.handler)) continue;
      process.off(one.signal, one.handler);
      this.#parked.push(one);
    }
    if (this.#isParking) process.on('newListener', this.#onNew);
    return Array.from(before.keys()).filter((signal) => {
      return (after.get(signal) ?? 0) < (before.get(signal) ?? 0);
    });
  }

  /**
   * Runs each handler once and waits at most `withinMs` for the work that it begins. From then on
   * signals do nothing: handlers such as those of signal-exit send theirs again when they are done.
   */
  async run(signal: NodeJS.Signals, withinMs: number): Promise<void> {
    const last = process.listeners('beforeExit') as Handler[];
    const handlers = new Set([
      ...this.#parked.filter((one) => one.signal === signal).map(({ handler }) => handler),
      ...last,
    ]);
    if (handlers.size === 0) return;
    this.#ignoreSignals();
    // Node may emit `beforeExit` too, once nothing else is left to do.
    for (const handler of last) process.off('beforeExit', handler);
    const endsAt = performance.now() + withinMs;
    const before = activeResources();
    const results = [...handlers].map((handler) => attempt(handler, last, signal));
    await within(Promise.allSettled(results), withinMs);
    while (performance.now() < endsAt && isBusier(activeResources(), before)) {
      // oxlint-disable-next-line no-await-in-loop -- one look after another
      await wait(LOOK_EVERY_MS);
    }
  }

  #ignoreSignals(): void {
    this.#own.add(ignore);
    for (const signal of this.#signals) {
      for (const handler of process.listeners(signal)) {
        if (this.#own.has(handler)) process.off(signal, handler);
      }
      process.on(signal, ignore);
    }
  }

  readonly #onNew = (event: string | symbol, handler: Handler): void => {
    const signal = this.#signals.find((one) => one === event);
    // The event precedes the registration.
    if (signal !== undefined) queueMicrotask(() => this.#take(signal, handler));
  };

  #take(signal: NodeJS.Signals, handler: Handler): void {
    if (!this.#isParking || this.#own.has(handler)) return;
    process.off(signal, handler);
    this.#parked.push({ signal, handler });
  }
}

/** Signals with handlers, and how many each has. */
function handledSignals(): Map<NodeJS.Signals, number> {
  const signals = process.eventNames().filter(isSignal);
  return new Map(signals.map((signal) => [signal, process.listenerCount(signal)]));
}

function isSignal(event: string | symbol): event is NodeJS.Signals {
  return typeof event === 'string' && event.startsWith('SIG');
}

const SIGNAL_NUMBERS: Partial<Record<NodeJS.Signals, number>> = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGQUIT: 3,
  SIGTERM: 15,
};

/** Async, so that a handler that throws does not keep the others from running. */
async function attempt(
  handler: Handler,
  last: readonly Handler[],
  signal: NodeJS.Signals,
): Promise<unknown> {
  return last.includes(handler)
    ? handler.call(process, process.exitCode ?? 0)
    : handler.call(process, signal, SIGNAL_NUMBERS[signal]);
}

function activeResources(): Map<string, number> {
  const counts = new Map<string, number>();
  for (const name of process.getActiveResourcesInfo()) {
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return counts;
}

function isBusier(now: ReadonlyMap<string, number>, before: ReadonlyMap<string, number>): boolean {
  return [...now].some(([name, count]) => count > (before.get(name) ?? 0));
}
