import { Tally } from '../../common/tally.ts';
import { Ring } from '../../stats/ring.ts';
import type { PrimaryLog } from '../primary-log.ts';
import type { LoadCause } from './scaling-policy.ts';

/** Why the number of workers changed: the load, an order, or the end of one. */
export type ScalingCause = LoadCause | 'order' | 'configured';

/** A change of the number of workers; an order may leave it as it is. */
export interface ScalingRecord {
  /** ISO 8601. */
  at: string;
  from: number;
  to: number;
  cause: ScalingCause;
  /** Human-readable, with the figures. */
  reason: string;
  /** Operator who ordered it; null: the load, or the program. */
  by: string | null;
}

type Labels = { direction: 'up' | 'down'; cause: ScalingCause };

/** Changes of the number of workers since the start, for metrics. */
export type ScalingCounts = Tally<Labels>;

const BY_ORDER: Labels[] = [
  { direction: 'up', cause: 'order' },
  { direction: 'down', cause: 'order' },
];

const BY_LOAD: Labels[] = [
  { direction: 'up', cause: 'utilization' },
  { direction: 'up', cause: 'queue' },
  { direction: 'up', cause: 'shed' },
  { direction: 'down', cause: 'idle' },
  { direction: 'down', cause: 'memory' },
];

/** Records to keep. */
const KEPT = 50;

/** Keeps, counts and logs the changes of the number of workers. */
export class ScalingRecords {
  readonly counts: ScalingCounts = new Tally(BY_ORDER);
  readonly #log: PrimaryLog;
  readonly #records = new Ring<ScalingRecord>(KEPT);

  /** @param isElastic whether the load changes the number */
  constructor(log: PrimaryLog, isElastic: boolean) {
    this.#log = log;
    if (isElastic) this.counts.expect(BY_LOAD);
  }

  /** Newest first. */
  get list(): ScalingRecord[] {
    return this.#records.toArray().toReversed();
  }

  add(change: Omit<ScalingRecord, 'at'>): void {
    const { from, to, cause, reason, by } = change;
    this.#records.push({ at: new Date().toISOString(), ...change });
    if (to !== from) this.counts.add({ direction: to > from ? 'up' : 'down', cause });
    this.#log('info', 'workers scaled', { from, to, cause, reason, by });
  }
}
