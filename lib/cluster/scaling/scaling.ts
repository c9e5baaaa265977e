import type { Clock } from '../../common/clock.ts';
import { integerOption } from '../../common/options/checks.ts';
import { plural } from '../../common/plural.ts';
import { GroupOperationError } from '../cluster.errors.ts';
import type { PrimaryLog } from '../primary-log.ts';
import type { Supervisor } from '../supervision/supervisor.ts';
import type { ResolvedWorkers } from '../workers.options.ts';
import type { LoadMeter } from './load-meter.ts';
import type { Load } from './load.ts';
import type { MemoryLeft } from './memory-left.ts';
import { boundsOf, type ScalingBounds, type ScalingState } from './scaling-bounds.ts';
import { ScalingPolicy } from './scaling-policy.ts';
import { type ScalingCounts, type ScalingRecord, ScalingRecords } from './scaling-records.ts';

/** How many workers a group wants, and why. */
export interface ScalingSnapshot {
  wanted: number;
  /** Numbers that it may be scaled to. */
  min: number;
  max: number;
  /** What decides the number: the load, the option `workers`, or an order. */
  follows: 'load' | 'configuration' | 'order';
  /** Why the number can't change now, human-readable; null: it can. */
  heldBy: string | null;
  /** Newest first. */
  history: ScalingRecord[];
}

/** Order for a number of workers. */
export interface ScalingOrder {
  /** `auto`: as configured, by the load or fixed. */
  workers: number | 'auto';
  /** Null: the program. */
  by: string | null;
}

export interface ScalingOptions {
  workers: ResolvedWorkers;
  quorum: number;
  /** Acceptable mean wait in the accept queue. */
  waitTargetMs: number;
  /** State in the group that this one takes over from; undefined: there is none. */
  inherited: ScalingState | undefined;
  supervisor: Supervisor;
  meter: Pick<LoadMeter, 'read'>;
  memoryLeft: () => MemoryLeft;
  /** Whether `count` more workers fit into memory; otherwise the reason why not. */
  askForRoom: (count: number) => true | string;
  /** Why workers can't be added, or end, now; undefined: they can. */
  blockedBy: (direction: 'up' | 'down') => string | undefined;
  clock: Clock;
  log: PrimaryLog;
}

type Change = Omit<ScalingRecord, 'at' | 'from'>;

/** Interval of samples. */
const LOOK_EVERY_MS = 1_000;

const NO_ROOM = 'memory has no room for one more worker';

/** Changes the number of workers: by the load, or on demand. Driven by `tick()`. */
export class Scaling {
  readonly #options: ScalingOptions;
  readonly #bounds: ScalingBounds;
  readonly #records: ScalingRecords;
  /** Undefined: the number is fixed. */
  readonly #policy: ScalingPolicy | undefined;
  /** Whether an order decides the number. */
  #isSet: boolean;
  /** An ordered change that can't be carried out yet. */
  #waiting: Change | undefined;
  #lacksRoom = false;
  #lookedAt = -Infinity;
  #phase: { kind: 'OPEN' } | { kind: 'HELD' | 'CLOSED'; reason: string } = { kind: 'OPEN' };

  constructor(options: ScalingOptions) {
    const { workers, quorum, waitTargetMs, inherited, log } = options;
    const isElastic = typeof workers !== 'number';
    this.#options = options;
    this.#bounds = boundsOf(workers, quorum);
    this.#records = new ScalingRecords(log, isElastic);
    this.#policy = isElastic ? new ScalingPolicy({ ...workers, waitTargetMs }) : undefined;
    this.#isSet = inherited?.isSet ?? false;
  }

  get counts(): ScalingCounts {
    return this.#records.counts;
  }

  /** Number of workers that the group should have. */
  get wanted(): number {
    return this.#waiting?.to ?? this.#options.supervisor.needed;
  }

  get state(): ScalingState {
    return { wanted: this.wanted, isSet: this.#isSet };
  }

  /**
   * Sets the number of workers. It stays, whatever the load, until an order for `auto`. The order
   * waits for the end of a replacement, and until the quorum can do without those that would end.
   *
   * @returns the number of workers that the group wants now
   * @throws TypeError, RangeError for a number that the group can't have
   * @throws GroupOperationError if the group ends or is upgraded, has no memory for more workers, or
   *   would end one that is out
   */
  order({ workers, by }: ScalingOrder): number {
    if (this.#phase.kind !== 'OPEN') throw new GroupOperationError(this.#phase.reason);
    const to = workers === 'auto' ? this.#configured : this.#checked(workers);
    const { needed } = this.#options.supervisor;
    const refusal = this.#lackFor(to - needed) ?? this.#outBeyond(to);
    if (refusal !== undefined) throw new GroupOperationError(refusal);
    this.#isSet = workers !== 'auto';
    const cause = this.#isSet ? 'order' : 'configured';
    const reason = by === null ? 'ordered by the program' : `ordered by ${by}`;
    this.#waiting = { to, cause, reason, by };
    this.#carryOut();
    return to;
  }

  /** Lets the number be until `release()`, and refuses orders. */
  hold(reason: string): void {
    if (this.#phase.kind === 'OPEN') this.#phase = { kind: 'HELD', reason };
  }

  release(): void {
    if (this.#phase.kind === 'HELD') this.#phase = { kind: 'OPEN' };
  }

  /** The group ends: nothing changes any more. */
  close(): void {
    this.#phase = { kind: 'CLOSED', reason: 'the group ends' };
  }

  /** Call it several times a second. */
  tick(): void {
    if (this.#phase.kind === 'OPEN') this.#carryOut();
    const now = this.#options.clock.now();
    if (this.#policy === undefined || now - this.#lookedAt < LOOK_EVERY_MS) return;
    this.#lookedAt = now;
    // Sampled while nothing may change, too: the windows go on.
    const verdict = this.#policy.look(this.#load(), now);
    this.#lacksRoom = verdict.kind === 'no-room';
    if (verdict.kind !== 'change' || this.#isSet || this.#waiting !== undefined) return;
    const { to, cause, reason } = verdict;
    if (this.#heldBy(to) !== undefined) return;
    this.#change({ to, cause, reason, by: null });
  }

  snapshot(): ScalingSnapshot {
    const { workers } = this.#options;
    const configured = typeof workers === 'number' ? 'configuration' : 'load';
    const heldBy = this.#heldBy(this.wanted) ?? (this.#lacksRoom ? NO_ROOM : null);
    return {
      wanted: this.wanted,
      ...this.#bounds,
      follows: this.#isSet ? 'order' : configured,
      heldBy,
      history: this.#records.list,
    };
  }

  /** What `auto` is now: an elastic group goes on from the number that it has. */
  get #configured(): number {
    const { workers, supervisor } = this.#options;
    return typeof workers === 'number' ? workers : supervisor.needed;
  }

  #checked(workers: number): number {
    return integerOption('workers', workers, this.#bounds);
  }

  #lackFor(more: number): string | undefined {
    const room = more > 0 ? this.#options.askForRoom(more) : true;
    return room === true ? undefined : room;
  }

  #carryOut(): void {
    const change = this.#waiting;
    if (change === undefined || this.#heldBy(change.to) !== undefined) return;
    this.#waiting = undefined;
    this.#change(change);
  }

  #change(change: Change): void {
    const { supervisor, clock } = this.#options;
    const record = { from: supervisor.needed, ...change };
    this.#records.add(record);
    if (record.to === record.from) return;
    this.#policy?.changed(record, clock.now());
    supervisor.resize(record.to, `it was not needed: ${record.reason}`);
  }

  /** Why the group can't get that number of workers now; undefined: it can. */
  #heldBy(to: number): string | undefined {
    if (this.#phase.kind !== 'OPEN') return this.#phase.reason;
    const { blockedBy, supervisor } = this.#options;
    if (to >= supervisor.needed) return blockedBy('up');
    return blockedBy('down') ?? this.#outBeyond(to) ?? this.#shortageWith(to);
  }

  /** Names a worker beyond the first `to` that an operator has taken out. */
  #outBeyond(to: number): string | undefined {
    const { workers } = this.#options.supervisor;
    const found = workers.find(({ slot, out }) => slot >= to && out !== undefined);
    if (found === undefined) return undefined;
    return `worker ${found.id} in slot ${found.slot} is out: put it back first`;
  }

  /** Why the first `to` workers would be too few; undefined: they are enough. */
  #shortageWith(to: number): string | undefined {
    const { supervisor, quorum } = this.#options;
    const left = supervisor.workers.filter(({ slot, takesConnections, passesChecks }) => {
      return slot < to && takesConnections && passesChecks;
    });
    if (left.length >= quorum) return undefined;
    return (
      `only ${plural(left.length, 'ready worker')} would be left, of the ${quorum} that the group ` +
      'needs (supervision.quorum)'
    );
  }

  #load(): Load {
    const { supervisor, meter, memoryLeft } = this.#options;
    const lastOut = supervisor.workers.findLast(({ out }) => out !== undefined)?.slot ?? -1;
    return {
      ...meter.read(),
      ...memoryLeft(),
      wanted: this.wanted,
      // One that is out is not ended, and slots are emptied from the highest.
      min: Math.max(this.#bounds.min, lastOut + 1),
      isEnding: supervisor.leaving.length > 0,
    };
  }
}
