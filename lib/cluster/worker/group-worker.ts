import type { Server } from 'node:net';

import { processClock } from '../../common/clock.ts';
import { toError } from '../../common/errors/to-error.ts';
import type { ResolvedSecondaryListener } from '../../common/http/secondary-listener.options.ts';
import { ignore } from '../../common/ignore.ts';
import { processLifecycle } from '../../common/process/lifecycle.ts';
import { processRedactor } from '../../common/redaction/process-redactor.ts';
import type { Libc } from '../../posix/libc.ts';
import { mapSharedWords } from '../../posix/shared-words.ts';
import { processReports } from '../../reports/process-reports.ts';
import { processSettings } from '../../reports/process-settings.ts';
import {
  type DrainOrder,
  type Grant,
  type ListenSpec,
  MAX_TEXT_LENGTH,
  type PlainSystemError,
  type PrimaryMessage,
  type WorkerUsage,
} from '../protocol/control-messages.ts';
import { ControlPipe } from '../protocol/control-pipe.ts';
import { BOARD_BYTES, InvitationBoard } from '../protocol/invite/board.ts';
import type { WorkerLine } from '../protocol/invite/lines.ts';
import type { WorkerBoot } from '../protocol/worker-boot.ts';
import type { WorkerRuntime } from '../worker-runtime.ts';
import { ConnectionTable } from './connection-table.ts';
import { Heartbeat } from './heartbeat.ts';
import { OF_PAGES, OF_WORKERS } from './idle-collections.ts';
import { InspectorSign } from './inspector-sign.ts';
import {
  BELL_FD,
  BOARD_FD,
  ConnectionTaker,
  type ConnectionTakerOptions,
  EPOLL_FD,
  SOCKETS_FD,
} from './invite/take-connections.ts';
import { type Listening, type ListenerHost, manageServer } from './managed-server.ts';
import { receiveHandoffs } from './receive-handoffs.ts';
import { UsageMeter } from './usage-meter.ts';
import { WorkerCollections } from './worker-collections.ts';

interface Asked {
  spec: ListenSpec;
  listening: Listening;
  resolve: (grant: Grant) => void;
  reject: (error: Error) => void;
}

interface Served extends Pick<Asked, 'spec' | 'listening'> {
  /** Sockets on which it accepts by itself. */
  readonly sockets: readonly number[];
}

/** A worker's side of the group: listeners, connections, heartbeat, drain. */
export class GroupWorker implements WorkerRuntime, ListenerHost {
  readonly mode = 'group';
  readonly id: number;
  readonly slot: number;
  readonly reports = processReports();
  readonly reportsPath?: string;
  readonly listener?: ResolvedSecondaryListener;
  readonly predecessor?: string;
  readonly hasMetricsListener: boolean;
  readonly connections: ConnectionTable;
  readonly collections: WorkerCollections;
  /** Called at each look with the time until the next, which comes unless the loop is blocked. */
  onNextLook: (afterMs: number) => void = ignore;
  readonly #pipe = new ControlPipe((message) => this.#onMessage(message));
  readonly #asked = new Map<number, Asked>();
  readonly #served = new Map<number, Served>();
  readonly #usage = new UsageMeter();
  readonly #inspector = new InspectorSign((isOpen) =>
    this.#pipe.send({ kind: 'inspector', isOpen }),
  );
  readonly #onDrain: (order: DrainOrder) => void;
  readonly #line: WorkerLine | undefined;
  readonly #taker: ConnectionTaker | undefined;
  readonly #isMeta: boolean;
  #requests = 0;
  #isDraining = false;
  #isDrained = false;

  /** @param libc needed only by a worker that accepts by itself */
  constructor(boot: WorkerBoot, onDrain: (order: DrainOrder) => void, libc?: Libc) {
    this.id = boot.id;
    this.slot = boot.slot;
    identify(boot);
    processLifecycle().tellReadiness = (isReady) => this.#pipe.send({ kind: 'readiness', isReady });
    if (boot.reportsPath !== undefined) this.reportsPath = boot.reportsPath;
    if (boot.listener !== undefined) this.listener = boot.listener;
    this.#isMeta = boot.role === 'meta';
    const collected = {
      measure: () => this.#measure(),
      inFlight: () => this.connections.load.inFlight,
      requests: () => this.connections.requests,
      onBlock: (longestMs: number) => this.onNextLook(longestMs),
    };
    this.collections = new WorkerCollections(collected, this.#isMeta ? OF_PAGES : OF_WORKERS);
    this.hasMetricsListener = boot.hasMetricsListener ?? false;
    if (boot.predecessor !== undefined) this.predecessor = boot.predecessor;
    this.#onDrain = onDrain;
    const shared = openBoard(boot, libc);
    this.#line = shared?.board.worker(shared.line);
    this.connections = new ConnectionTable({
      clock: processClock,
      maxConnections: boot.maxConnections,
      onRoom: () => this.#tellRoom(),
      ...(this.#line === undefined ? {} : { counts: this.#line.load }),
    });
    if (shared === undefined) return;
    this.#taker = new ConnectionTaker({
      ...shared,
      descriptors: { sockets: SOCKETS_FD, bell: BELL_FD, epoll: EPOLL_FD },
      maxConnections: boot.maxConnections,
      makeRoom: () => this.connections.closeLongestIdle(),
    });
  }

  get isDraining(): boolean {
    return this.#isDraining;
  }

  get isCurrent(): boolean {
    return processLifecycle().isCurrent;
  }

  /** Starts to take connections and to send heartbeats. */
  start(): void {
    receiveHandoffs({
      load: () => this.connections.load,
      receiverOf: (listener) => {
        return this.#isDrained ? undefined : this.#served.get(listener)?.listening.receive;
      },
    });
    new Heartbeat({
      clock: processClock,
      activity: () => this.connections.begun,
      whenActive: (wake) => this.connections.onNextActivity(wake),
      onTurn: (lateMs) => {
        this.#usage.turn(lateMs);
        this.#inspector.look();
        this.connections.makeRoom();
        this.connections.publishCounts();
        this.#taker?.lookAround();
      },
      onNext: (afterMs) => this.onNextLook(afterMs),
      onBeat: () => this.#beat(),
      onUsage: () => this.collections.look(this.#measure()),
    }).start();
    this.#pipe.send({ kind: 'online' });
    this.#inspector.look();
  }

  /**
   * Declines connections from now on, and the primary offers them to another worker: one that was
   * on its way here when the drain began would meet an application that has closed.
   */
  stopReceiving(): void {
    this.#isDrained = true;
  }

  ready(): void {
    // Baseline of the memory limits, too.
    this.collections.ready();
    this.#beat();
    this.#pipe.send({ kind: 'ready' });
  }

  /**
   * Reports a failed start, without secrets: pages and the primary's log show it.
   *
   * @param more `isLasting`: a retry would fail too; `details`: the stack, where it was not printed
   */
  failed(reason: string, more: { isLasting?: boolean; details?: string } = {}): void {
    const { isLasting = false, details } = more;
    this.#pipe.send({
      kind: 'failed',
      reason: safeText(reason),
      ...(isLasting ? { isLasting } : {}),
      ...(details === undefined ? {} : { details: safeText(details) }),
    });
  }

  /** Asks the primary for a replacement in this slot: this worker only finishes what it has. */
  poisoned(reason: string): void {
    this.#taker?.close();
    this.#pipe.send({ kind: 'poisoned', reason });
  }

  reportLiveness(failure: string): void {
    this.#pipe.send({ kind: 'liveness', failure });
  }

  /** Asks the primary to replace this worker after a SIGTERM. */
  terminate(): void {
    this.#pipe.send({ kind: 'terminate' });
  }

  handOff<S extends Server>(server: S): S {
    return manageServer(server, this, this.connections);
  }

  listen(spec: Omit<ListenSpec, 'ordinal'>, listening: Listening): Promise<Grant> {
    const request = ++this.#requests;
    const numbered = { ...spec, ordinal: this.#ordinalOf(spec) };
    return new Promise((resolve, reject) => {
      this.#asked.set(request, { spec: numbered, listening, resolve, reject });
      this.#pipe.send({ kind: 'listen', request, spec: numbered });
    });
  }

  unlisten(listener: number): void {
    this.#taker?.leave(this.#served.get(listener)?.sockets ?? []);
    this.#served.delete(listener);
    this.#pipe.send({ kind: 'unlisten', listener });
  }

  /**
   * Lowest free number at this address, so that the n-th server on port 0 shares its port. The
   * meta process has one address for each of its servers, in order.
   */
  #ordinalOf({ port, host, path }: Omit<ListenSpec, 'ordinal'>): number {
    const taken = new Set<number>();
    for (const { spec } of [...this.#asked.values(), ...this.#served.values()]) {
      const isSame = spec.port === port && spec.host === host && spec.path === path;
      if (isSame || this.#isMeta) taken.add(spec.ordinal);
    }
    let ordinal = 0;
    while (taken.has(ordinal)) ordinal++;
    return ordinal;
  }

  #onMessage(message: PrimaryMessage): void {
    switch (message.kind) {
      case 'listening':
        return this.#granted(message.request, message);
      case 'refused':
        return this.#refused(message.request, message.error);
      case 'ticket-keys':
        return this.#useTicketKeys(message.listener, message.keys);
      case 'readiness':
        processLifecycle().isGroupReady = message.isReady;
        return;
      case 'settings':
        return processSettings().follow(message.overrides);
      case 'out':
        return this.connections.setOut(message.isOut);
      case 'place':
        return processLifecycle().takePlace();
      case 'collect':
        return this.collections.collect();
      case 'drain':
        return this.#drain(message);
    }
  }

  #drain(order: DrainOrder): void {
    if (this.#isDraining) return;
    this.#isDraining = true;
    this.#taker?.close();
    processLifecycle().startDrain();
    // Gives up the slot: a successor may own it from now on.
    this.#pipe.send({ kind: 'yielded' });
    this.#onDrain(order);
  }

  #granted(request: number, grant: Grant): void {
    const asked = this.#asked.get(request);
    if (asked === undefined) return;
    this.#asked.delete(request);
    try {
      const { receive } = asked.listening;
      this.#taker?.serve(grant.sockets, { receive, clientFirst: asked.spec.clientFirst });
    } catch (error) {
      return asked.reject(toError(error));
    }
    this.#served.set(grant.listener, { ...asked, sockets: grant.sockets });
    if (grant.ticketKeys !== undefined) this.#useTicketKeys(grant.listener, grant.ticketKeys);
    asked.resolve(grant);
  }

  #useTicketKeys(listener: number, keys: string): void {
    this.#served.get(listener)?.listening.useTicketKeys?.(Buffer.from(keys, 'base64'));
  }

  #refused(request: number, { message, ...details }: PlainSystemError): void {
    const asked = this.#asked.get(request);
    this.#asked.delete(request);
    asked?.reject(Object.assign(new Error(message), details));
  }

  #beat(): void {
    if (this.#line === undefined) this.#pipe.send({ kind: 'beat', ...this.connections.load });
    else this.#line.beat();
  }

  /** The primary passes nothing on until it learns that there is room. */
  #tellRoom(): void {
    this.#taker?.look();
    this.#pipe.send({ kind: 'beat', ...this.connections.load });
  }

  #measure(): WorkerUsage {
    const usage = this.#usage.read(this.connections.requests);
    if (this.#line !== undefined) this.#line.usage = usage;
    else this.#pipe.send({ kind: 'beat', ...this.connections.load, usage });
    return usage;
  }
}

function identify({ id, slot, workers, directory, settings = [] }: WorkerBoot): void {
  processLifecycle().identify({ mode: 'group', worker: id, slot, workers });
  processLifecycle().directory = directory;
  processSettings().follow(settings);
}

/** What a worker shares that accepts by itself; undefined: its connections are passed to it. */
function openBoard(
  { line }: WorkerBoot,
  libc: Libc | undefined,
): Pick<ConnectionTakerOptions, 'libc' | 'board' | 'line'> | undefined {
  if (libc === undefined || line === undefined) return undefined;
  const board = new InvitationBoard(mapSharedWords(libc, BOARD_FD, BOARD_BYTES));
  return { libc, board, line };
}

function safeText(text: string): string {
  return processRedactor().text(text).slice(0, MAX_TEXT_LENGTH);
}
