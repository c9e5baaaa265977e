import type { Waiting } from '../accepting/accept-queue.ts';
import type { Candidate } from '../accepting/dispatcher.ts';
import type { Listener } from '../accepting/listener.ts';
import type { WorkerLoad, WorkerUsage } from '../protocol/control-messages.ts';
import { LeaseHolder } from '../protocol/lease.ts';
import type { Held, Leases, WorkerLink } from '../protocol/transport.ts';
import type { WorkerProcess } from './worker-process.ts';
import { nextState, type WorkerEvent, type WorkerState } from './worker-state.ts';

/** A connection on its way to a worker. */
export interface Handing {
  readonly listener: Listener;
  readonly taken: Waiting<Held>;
}

export interface ManagedWorkerOptions {
  id: number;
  slot: number;
  role: 'app' | 'meta';
  maxConnections: number;
  now: number;
  /** Absent when all goes over Node's channel. */
  link?: WorkerLink<Handing>;
}

/** What the primary knows of one worker process. */
export class ManagedWorker implements Candidate {
  readonly id: number;
  readonly slot: number;
  readonly role: 'app' | 'meta';
  readonly spawnedAt: number;
  readonly link: WorkerLink<Handing> | undefined;
  /** The protocol over Node's channel; unused with a link. */
  readonly replies = new LeaseHolder<Handing>();
  readonly leases: Leases<Handing>;
  /** Listeners that were granted to it. */
  readonly listeners = new Set<number>();
  /** Addresses of its servers that are not under the accept queue. */
  readonly unmanaged = new Set<string>();
  process: WorkerProcess | undefined;
  /** In words, why it failed to boot or was killed. */
  reason: string | undefined;
  /** It failed to boot, and so would the next one. */
  failsForGood = false;
  /** Whether it has to end for a fault of its own. */
  isFaulty = false;
  /** Where it was when it was killed for a blocked event loop. */
  lastStack: string[] | undefined;
  /** In words, what one of its health signals says. */
  unwell: string | undefined;
  /** Whether it passes its own readiness checks. */
  passesChecks = true;
  /** Whether its inspector is open, so that a debugger may stop it: its silence tells nothing. */
  isDebugged = false;
  /** What it was told last of the group's readiness. */
  toldReady: boolean | undefined;
  /** When it became READY first. */
  readyAt: number | undefined;
  handed = 0;
  lastHandedAt = 0;
  /** When its loop was last known to turn. */
  heardAt: number;
  readonly #maxConnections: number;
  #state: WorkerState;
  #usage: WorkerUsage | undefined;
  #load: WorkerLoad = { inFlight: 0, connections: 0 };
  #beats = 0;

  constructor({ id, slot, role, maxConnections, now, link }: ManagedWorkerOptions) {
    this.id = id;
    this.slot = slot;
    this.role = role;
    this.spawnedAt = now;
    this.heardAt = now;
    this.link = link;
    this.leases = link?.leases ?? this.replies;
    this.#maxConnections = maxConnections;
    this.#state = { kind: 'SPAWNED', since: now };
  }

  get state(): WorkerState {
    return this.#state;
  }

  get isEligible(): boolean {
    return (
      this.#state.kind === 'READY' &&
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
  }

  /** Looks whether its loop has turned since the last look, where it says so in shared memory. */
  look(now: number): void {
    const beats = this.link?.readings.beats ?? this.#beats;
    if (beats === this.#beats) return;
    this.#beats = beats;
    this.#usage = this.link?.readings.usage ?? this.#usage;
    this.heard(now);
  }

  /** Anything that it says shows that its loop turns. */
  heard(now: number): void {
    this.heardAt = now;
    if (this.#state.kind === 'STALLED') this.apply({ kind: 'heard' }, now);
  }

  /** What it costs, as it measured last. */
  get usage(): WorkerUsage | undefined {
    return this.#usage;
  }

  /** Takes the figures alone, whatever else was sent with them. */
  measured(usage: WorkerUsage): void {
    const { rssBytes, privateBytes, heapUsedBytes, elu, loopDelayP99Ms, requests } = usage;
    this.#usage = { rssBytes, privateBytes, heapUsedBytes, elu, loopDelayP99Ms, requests };
  }

  /** What it says of itself, regularly. */
  beaten({ usage, ...load }: WorkerLoad & { usage?: WorkerUsage }): void {
    if (usage !== undefined) this.measured(usage);
    this.report(load, 0);
  }

  /** What its health signals say, in words; empty: all are well. */
  complains(unwell: string): void {
    this.unwell = unwell === '' ? undefined : unwell;
  }

  /** Its own account of its load, plus the connections it has claimed with it. */
  report({ inFlight, connections }: WorkerLoad, claimed: number): void {
    this.#load = { inFlight: inFlight + claimed, connections: connections + claimed };
  }
}
