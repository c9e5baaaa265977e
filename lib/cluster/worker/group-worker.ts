import type { Server } from 'node:net';

import { processClock } from '../../common/clock.ts';
import { ignore } from '../../common/ignore.ts';
import { processLifecycle } from '../../common/lifecycle.ts';
import { processRedactor } from '../../common/redaction/process-redactor.ts';
import type { ResolvedSecondaryListener } from '../../common/secondary-listener.options.ts';
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
} from '../protocol/control-messages.ts';
import { ControlPipe } from '../protocol/control-pipe.ts';
import { BOARD_BYTES, WorkerBoard } from '../protocol/fd/worker-board.ts';
import type { WorkerBoot } from '../protocol/worker-boot.ts';
import type { WorkerRuntime } from '../worker-runtime.ts';
import { ConnectionTable } from './connection-table.ts';
import {
  BOARD_FD,
  HANDOFF_FD,
  HandoffInbox,
  type Receiver,
  SIGNAL_FD,
} from './fd/receive-descriptors.ts';
import { Heartbeat } from './heartbeat.ts';
import { InspectorSign } from './inspector-sign.ts';
import { type Listening, type ListenerHost, manageServer } from './managed-server.ts';
import { receiveHandoffs } from './receive-handoffs.ts';
import { UsageMeter } from './usage-meter.ts';

interface Asked {
  spec: ListenSpec;
  listening: Listening;
  resolve: (grant: Grant) => void;
  reject: (error: Error) => void;
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
  /** Called at each look with the time until the next, which comes unless the loop is blocked. */
  onNextLook: (afterMs: number) => void = ignore;
  readonly #pipe = new ControlPipe((message) => this.#onMessage(message));
  readonly #asked = new Map<number, Asked>();
  readonly #served = new Map<number, Pick<Asked, 'spec' | 'listening'>>();
  readonly #usage = new UsageMeter();
  readonly #inspector = new InspectorSign((isOpen) =>
    this.#pipe.send({ kind: 'inspector', isOpen }),
  );
  readonly #onDrain: (order: DrainOrder) => void;
  readonly #libc: Libc | undefined;
  readonly #board: WorkerBoard | undefined;
  readonly #isMeta: boolean;
  #inbox: HandoffInbox | undefined;
  #requests = 0;
  #isDraining = false;
  #isDrained = false;

  /** @param libc needed only by the transport `fd` */
  constructor(boot: WorkerBoot, onDrain: (order: DrainOrder) => void, libc?: Libc) {
    this.id = boot.id;
    this.slot = boot.slot;
    processLifecycle().identify({
      mode: 'group',
      worker: boot.id,
      slot: boot.slot,
      workers: boot.workers,
    });
    processLifecycle().directory = boot.directory;
    processLifecycle().tellReadiness = (isReady) => this.#pipe.send({ kind: 'readiness', isReady });
    if (boot.reportsPath !== undefined) this.reportsPath = boot.reportsPath;
    if (boot.listener !== undefined) this.listener = boot.listener;
    this.#isMeta = boot.role === 'meta';
    processSettings().follow(boot.settings ?? []);
    this.hasMetricsListener = boot.hasMetricsListener ?? false;
    if (boot.predecessor !== undefined) this.predecessor = boot.predecessor;
    this.#onDrain = onDrain;
    this.#libc = libc;
    this.#board = libc && new WorkerBoard(mapSharedWords(libc, BOARD_FD, BOARD_BYTES));
    this.connections = new ConnectionTable({
      clock: processClock,
      maxConnections: boot.maxConnections,
      // The primary hands on nothing until it learns that there is room.
      onRoom: () => (this.#inbox === undefined ? this.#beat() : this.#inbox.tell()),
      ...(this.#board === undefined ? {} : { counts: this.#board.load }),
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
    if (this.#libc === undefined || this.#board === undefined) {
      receiveHandoffs({
        load: () => this.connections.load,
        receiverOf: (listener) => {
          const receiver = this.#receiverOf(listener);
          return receiver && ((socket) => receiver.receive(socket));
        },
      });
    } else {
      this.#inbox = new HandoffInbox({
        libc: this.#libc,
        board: this.#board,
        handoffFd: HANDOFF_FD,
        signalFd: SIGNAL_FD,
        receiverOf: (listener) => this.#receiverOf(listener),
        makeRoom: () => this.connections.closeLongestIdle(),
        connections: () => this.connections.load.connections,
      });
    }
    new Heartbeat({
      clock: processClock,
      activity: () => this.connections.begun,
      whenActive: (wake) => this.connections.onNextActivity(wake),
      onTurn: (lateMs) => {
        this.#usage.turn(lateMs);
        this.#inspector.look();
        this.connections.makeRoom();
      },
      onNext: (afterMs) => this.onNextLook(afterMs),
      onBeat: () => this.#beat(),
      onUsage: () => this.#tellUsage(),
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

  #receiverOf(listener: number): Receiver | undefined {
    const served = this.#served.get(listener);
    if (served === undefined || this.#isDrained) return undefined;
    return { receive: served.listening.receive, clientFirst: served.spec.clientFirst };
  }

  ready(): void {
    // Baseline of the memory limits.
    this.#tellUsage();
    this.#beat();
    this.#pipe.send({ kind: 'ready' });
  }

  /**
   * Reports a failed start, without secrets: pages and the primary's log show it.
   *
   * @param lasting set when a retry would fail too, with the stack
   */
  failed(reason: string, lasting?: { details?: string }): void {
    const { details } = lasting ?? {};
    this.#pipe.send({
      kind: 'failed',
      reason: safeText(reason),
      ...(lasting === undefined ? {} : { isLasting: true }),
      ...(details === undefined ? {} : { details: safeText(details) }),
    });
  }

  /** Asks the primary for a replacement in this slot: this worker only finishes what it has. */
  poisoned(reason: string): void {
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
      case 'drain':
        return this.#drain(message);
    }
  }

  #drain(order: DrainOrder): void {
    if (this.#isDraining) return;
    this.#isDraining = true;
    processLifecycle().startDrain();
    // Gives up the slot: a successor may own it from now on.
    this.#pipe.send({ kind: 'yielded' });
    this.#onDrain(order);
  }

  #granted(request: number, grant: Grant): void {
    const asked = this.#asked.get(request);
    if (asked === undefined) return;
    this.#asked.delete(request);
    this.#served.set(grant.listener, asked);
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
    if (this.#board === undefined) this.#pipe.send({ kind: 'beat', ...this.connections.load });
    else this.#board.beat();
  }

  #tellUsage(): void {
    const usage = this.#usage.read(this.connections.requests);
    if (this.#board !== undefined) this.#board.usage = usage;
    else this.#pipe.send({ kind: 'beat', ...this.connections.load, usage });
  }
}

function safeText(text: string): string {
  return processRedactor().text(text).slice(0, MAX_TEXT_LENGTH);
}
