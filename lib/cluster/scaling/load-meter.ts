import { sumOf } from '../../common/sum-of.ts';
import type { Listener } from '../accepting/listener.ts';
import type { ManagedWorker } from '../supervision/managed-worker.ts';
import type { Supervisor } from '../supervision/supervisor.ts';
import type { Load } from './load.ts';

export interface LoadMeterOptions {
  supervisor: Pick<Supervisor, 'workers'>;
  listeners: () => readonly Listener[];
}

/** What the meter reads of a load. */
export type MeteredLoad = Pick<Load, 'utilizations' | 'out' | 'waitMs' | 'shed'>;

/** Connections of the accept queues so far. */
interface Totals {
  count: number;
  waitedMs: number;
  shed: number;
}

/** Measures the load between two reads, from what the primary has anyway. */
export class LoadMeter {
  readonly #options: LoadMeterOptions;
  #totals: Totals | undefined;

  constructor(options: LoadMeterOptions) {
    this.#options = options;
  }

  read(): MeteredLoad {
    const { supervisor, listeners } = this.#options;
    const own = listeners().filter(({ role }) => role === 'app');
    const totals = totalsOf(own);
    // A listener may have closed, and its counts with it.
    const last = this.#totals ?? totals;
    const count = Math.max(0, totals.count - last.count);
    const waitedMs = Math.max(0, totals.waitedMs - last.waitedMs);
    this.#totals = totals;
    return {
      utilizations: supervisor.workers.filter(isServing).map(utilizationOf),
      out: supervisor.workers.filter(({ out }) => out !== undefined).length,
      waitMs: Math.max(
        count === 0 ? 0 : waitedMs / count,
        ...own.map(({ oldestAgeMs }) => oldestAgeMs),
      ),
      shed: Math.max(0, totals.shed - last.shed),
    };
  }
}

function totalsOf(listeners: readonly Listener[]): Totals {
  const waits = listeners.map((listener) => listener.waits());
  return {
    count: sumOf(waits, ({ count }) => count),
    waitedMs: sumOf(waits, ({ sum }) => sum),
    shed: sumOf(listeners, ({ shed: { full, age, codel } }) => full + age + codel),
  };
}

function isServing({ state, out }: ManagedWorker): boolean {
  return out === undefined && (state.kind === 'READY' || state.kind === 'STALLED');
}

/** A blocked loop reports nothing, and is busy. One that has just become READY has yet to report. */
function utilizationOf({ state, usage }: ManagedWorker): number {
  return state.kind === 'STALLED' ? 1 : (usage?.elu ?? 0);
}
