import type { Waiting } from '../accepting/accept-queue.ts';
import type { DispatchCandidate } from '../accepting/dispatcher.ts';
import type { QueuedListener } from '../accepting/queued-listener.ts';
import type { WorkerLoad, WorkerUsage } from '../protocol/control-messages.ts';
import { LeaseHolder } from '../protocol/lease.ts';
import type { Held, WorkerLink } from '../protocol/transport.ts';
import type { WorkerProcess } from './worker-process.ts';
import { type EndCause, nextState, type WorkerEvent, type WorkerState } from './worker-state.ts';

/** A connection being offered to a worker. */
export interface Handing {
  readonly listener: QueuedListener;
  readonly taken: Waiting<Held>;
}

/** Order of an operator who took a worker out. */
export interface OutOrder {
  by: string;
  /** Null: none was given. */
  reason: string | null;
  /** ISO 8601. */
  since: string;
  /** On the clock. */
  endsAt: number;
}

export interface ManagedWorkerOptions {
  id: number;
  slot: number;
  role: 'app' | 'meta';
  maxConnections: number;
  now: number;
  /** Absent if all its connections are passed to it. */
  link?: WorkerLink;
}

/** The primary's record of one worker process. */
export class ManagedWorker implements DispatchCandidate {
  readonly id: number;
  readonly slot: number;
  readonly role: 'app' | 'meta';
  readonly spawnedAt: number;
  readonly link: WorkerLink | undefined;
  /** Leases of connections that are passed to it. */
  readonly leases = new LeaseHolder<Handing>();
  /** Ids of its granted listeners. */
  readonly listeners = new Set<number>();
  /** Addresses of its servers outside the accept queue. */
  readonly unmanaged = new Set<string>();
  process: WorkerProcess | undefined;
  /** Human-readable reason why it failed to boot, was killed or was told to end. */
  reason: string | undefined;
  /** Why it will have ended, as far as that is known before. */
  endCause: EndCause | undefined;
  /** Stack of an error that ended its boot, and that nothing has printed. */
  bootError: string | undefined;
  /** Whether its boot failure would recur in the next worker. */
  failsForGood = false;
  /** Whether it must end because of its own fault. */
  isFaulty = false;
  /** Stack at the time it was killed for a blocked event loop. */
  lastStack: string[] | undefined;
  /** Failure of a liveness check, human-readable; undefined: all pass. */
  livenessFailure: string | undefined;
  /** Result of its own readiness checks. */
  passesChecks = true;
  /** Whether its inspector is open: a debugger may pause it, so silence means nothing. */
  isDebugged = false;
  /** Group readiness last sent to it. */
  toldReady: boolean | undefined;
  /** When it first became READY. */
  readyAt: number | undefined;
  /** The same as Unix time, in milliseconds. */
  readyAtUnixMs: number | undefined;
  /** Connections that were passed to it. */
  passed = 0;
  lastHandedAt = 0;
  /** When its event loop last showed activity. */
  heardAt: number;
  readonly #maxConnections: number;
  #state: WorkerState;
  #usage: WorkerUsage | undefined;
  #load: WorkerLoad = { inFlight: 0, connections: 0 };
  #beats = 0;
  #out: OutOrder | undefined;

  constructor({ id, slot, role, maxConnections, now, link }: ManagedWorkerOptions) {
    this.id = id;
    this.slot = slot;
    this.role = role;
    this.spawnedAt = now;
    this.heardAt = now;
    this.link = link;
    this.#maxConnections = maxConnections;
    this.#state = { kind: 'SPAWNED', since: now };
  }

  get state(): WorkerState {
    return this.#state;
  }

  /** Why it gets no new connections, and is not ended: an operator looks at it. */
  get out(): OutOrder | undefined {
    return this.#out;
  }

  set out(order: OutOrder | undefined) {
    this.#out = order;
    this.link?.setOpen(this.takesConnections);
  }

  /** Connections that it got. */
  get handed(): number {
    return this.passed + (this.link?.taken ?? 0);
  }

  /** Whether it gets new connections as far as it has capacity. */
  get takesConnections(): boolean {
    return this.#state.kind === 'READY' && this.out === undefined;
  }

  get isEligible(): boolean {
    return (
      this.takesConnections &&
      this.leases.isFree &&
      this.connections + this.leases.unclaimed < this.#maxConnections
    );
  }

  get unclaimed(): number {
    return this.leases.unclaimed;
  }

  get load(): number {
    return this.inFlight + this.leases.unclaimed;
  }

  get inFlight(): number {
    return this.link?.readings.inFlight ?? this.#load.inFlight;
  }

  get connections(): number {
    return this.link?.readings.connections ?? this.#load.connections;
  }

  apply(event: WorkerEvent, now: number): void {
    this.#state = nextState(this.#state, event, now);
    this.link?.setOpen(this.takesConnections);
  }

  /** Reads its heartbeat from shared memory, if it has any. */
  look(now: number): void {
    this.link?.setOpen(this.takesConnections);
    const beats = this.link?.readings.beats ?? this.#beats;
    if (beats === this.#beats) return;
    this.#beats = beats;
    this.#usage = this.link?.readings.usage ?? this.#usage;
    this.heard(now);
  }

  /** Call on any message: each proves that its event loop turns. */
  heard(now: number): void {
    this.heardAt = now;
    if (this.#state.kind === 'STALLED') this.apply({ kind: 'heard' }, now);
  }

  /** Its latest measurement. */
  get usage(): WorkerUsage | undefined {
    return this.#usage;
  }

  /** Copies the known figures only, ignoring any other fields of the message. */
  measured(usage: WorkerUsage): void {
    const { rssBytes, privateBytes, heapUsedBytes, elu, loopDelayP99Ms, requests } = usage;
    this.#usage = { rssBytes, privateBytes, heapUsedBytes, elu, loopDelayP99Ms, requests };
  }

  /** Takes its regular report. */
  beaten({ usage, ...load }: WorkerLoad & { usage?: WorkerUsage }): void {
    if (usage !== undefined) this.measured(usage);
    this.report(load, 0);
  }

  /** Takes the failure of its liveness checks; empty: all pass. */
  noteLiveness(failure: string): void {
    this.livenessFailure = failure === '' ? undefined : failure;
  }

  /** Takes its load, plus connections claimed in the same message. */
  report({ inFlight, connections }: WorkerLoad, claimed: number): void {
    this.#load = { inFlight: inFlight + claimed, connections: connections + claimed };
  }
}
