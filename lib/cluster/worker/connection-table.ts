import type { Server, Socket } from 'node:net';

import type { Clock } from '../../common/clock.ts';
import { type Linked, LinkedOrder } from '../../common/linked-order.ts';
import type { WorkerLoad } from '../protocol/control-messages.ts';
import { CONNECTIONS, IN_FLIGHT, LOAD_WORDS } from '../protocol/load-words.ts';
import {
  type Announceable,
  announceClose,
  answersEvents,
  attempt,
  type Carrier,
  close,
  type EndableStream,
  isEvents,
  sendGoingAway,
  takeBackClose,
  type WebSocketLike,
} from './carrier.ts';
import { leaveSession, type Session } from './goaway.ts';

interface Entry extends Linked<Entry>, Session {
  /** Transport below an HTTP/2 session, which may leave it open; otherwise the carrier itself. */
  readonly transport: Session['transport'];
  readonly server: Server;
  /** Requests in flight: several when pipelined or multiplexed. */
  active: number;
  /** Latest HTTP/1 response that can still say `Connection: close`. */
  response: Announceable | undefined;
  /** Whether it speaks a protocol of its own: not in a request, yet not idle. */
  isUpgraded: boolean;
  webSocket: WebSocketLike | undefined;
  /** Open HTTP/2 streams, once there has been one. */
  streams: Set<EndableStream> | undefined;
  /** Ends one of its requests. */
  readonly end: () => void;
  /** Whether it has carried a request. */
  hasServed: boolean;
  idleSince: number;
}

/** Age below which an unused connection is not closed for room: its first request is on its way. */
const FRESH_MS = 1_000;

export interface ConnectionTableOptions {
  clock: Clock;
  maxConnections: number;
  /** Called when the count drops below the limit again. */
  onRoom: () => void;
  /** `LOAD_WORDS` words to count in. @default private ones */
  counts?: Int32Array;
}

/**
 * Connections of a worker: their number, which are idle and since when, and the requests in flight.
 * Idle ones are kept in the order in which they became idle.
 */
export class ConnectionTable {
  readonly #sockets = new Map<Socket, Server>();
  readonly #entries = new Map<Carrier, Entry>();
  readonly #idle = new LinkedOrder<Entry>();
  readonly #clock: Clock;
  readonly #maxConnections: number;
  readonly #onRoom: () => void;
  readonly #counts: Int32Array;
  #inFlight = 0;
  #begun = 0;
  #requests = 0;
  #isDraining = false;
  #isOut = false;
  #onActivity: (() => void) | undefined;
  /** Transport registered last. */
  #latest: Entry['transport'] | undefined;

  constructor(options: ConnectionTableOptions) {
    this.#clock = options.clock;
    this.#maxConnections = options.maxConnections;
    this.#onRoom = options.onRoom;
    this.#counts = options.counts ?? new Int32Array(LOAD_WORDS);
  }

  get load(): WorkerLoad {
    return { inFlight: this.#inFlight, connections: this.#sockets.size };
  }

  /** Connections and requests begun so far; unchanged while nothing happens. */
  get begun(): number {
    return this.#begun;
  }

  /** Calls `listener` once, at the next connection or request. */
  onNextActivity(listener: () => void): void {
    this.#onActivity = listener;
  }

  /** Requests begun so far. */
  get requests(): number {
    return this.#requests;
  }

  /** Whether no connection is left for a drain to wait for. */
  get isEmpty(): boolean {
    return this.#sockets.size === 0;
  }

  /** Writes the counts again, which a faulty worker may have changed. Call it regularly. */
  publishCounts(): void {
    this.#counts[IN_FLIGHT] = this.#inFlight;
    this.#counts[CONNECTIONS] = this.#sockets.size;
  }

  countOf(server: Server): number {
    let count = 0;
    for (const owner of this.#sockets.values()) if (owner === server) count++;
    return count;
  }

  /** Adds a connection; at the limit, closes the one idle longest. */
  opened(socket: Socket, server: Server): void {
    this.#sockets.set(socket, server);
    this.#counts[CONNECTIONS] = this.#sockets.size;
    this.#begin();
    socket.on('close', () => this.#closed(socket));
    this.makeRoom();
  }

  /**
   * Closes the connection idle longest while at the limit. Call it regularly too, because an unused
   * connection becomes closable only with time.
   */
  makeRoom(): void {
    if (this.#sockets.size >= this.#maxConnections) this.closeLongestIdle();
  }

  /** Closes the connection idle longest, if any; spares unused ones younger than `FRESH_MS`. */
  closeLongestIdle(): void {
    const freshSince = this.#clock.now() - FRESH_MS;
    for (const entry of this.#idle) {
      if (!entry.hasServed && entry.idleSince > freshSince) continue;
      this.#idle.delete(entry);
      return close(entry);
    }
  }

  /**
   * Registers a connection that its server has not announced, as it still reads a header of a proxy:
   * idle, so that a silent one can be closed to make room.
   */
  awaits(socket: Socket, server: Server): void {
    if (this.#latest !== socket) this.carries(socket, server);
  }

  /** Registers `carrier` as carrying requests; it is idle until the first one. */
  carries(carrier: Carrier, server: Server, transport: Entry['transport'] = carrier): void {
    // What `awaits` has registered.
    this.gone(carrier);
    if (transport !== carrier) this.gone(transport);
    this.#latest = transport;
    const entry: Entry = {
      carrier,
      transport,
      server,
      active: 0,
      response: undefined,
      isUpgraded: false,
      webSocket: undefined,
      streams: undefined,
      hasServed: false,
      idleSince: this.#clock.now(),
      before: undefined,
      after: undefined,
      isIn: false,
      end: () => this.#ended(entry),
    };
    this.#entries.set(carrier, entry);
    this.#idle.add(entry);
    if (this.#isLeaving) leaveSession(entry);
  }

  /** Removes a closed `carrier`, with its requests in flight. */
  gone(carrier: Carrier): void {
    const entry = this.#entries.get(carrier);
    if (entry === undefined) return;
    this.#entries.delete(carrier);
    this.#idle.delete(entry);
    // Adding -0 would make V8 deoptimize the counter.
    if (entry.active === 0) return;
    this.#countInFlight(-entry.active);
    entry.active = 0;
  }

  /** Marks `carrier` as switched to a protocol of its own. */
  upgraded(carrier: Carrier, webSocket?: Socket): void {
    const entry = this.#entries.get(carrier);
    if (entry === undefined) return;
    entry.isUpgraded = true;
    if (webSocket !== undefined) {
      entry.webSocket = { socket: webSocket, bytesBefore: webSocket.bytesWritten };
    }
    this.#idle.delete(entry);
  }

  /** Counts a request. @returns a function that ends it, to be called once */
  began(carrier: Carrier, response: Announceable | undefined, stream?: EndableStream): () => void {
    const entry = this.#entries.get(carrier);
    if (entry === undefined) return ended;
    if (entry.active++ === 0) this.#idle.delete(entry);
    this.#countInFlight(1);
    this.#begin();
    this.#requests++;
    entry.hasServed = true;
    if (this.#isLeaving) {
      takeBackClose(entry.response);
      announceClose(response);
    }
    entry.response = response;
    if (stream === undefined) return entry.end;
    const streams = (entry.streams ??= new Set());
    streams.add(stream);
    return () => {
      streams.delete(stream);
      entry.end();
    };
  }

  /** Announces the end on every response and HTTP/2 session; restarts the idle time of each. */
  startDrain(): void {
    this.#isDraining = true;
    this.#forEach((entry) => {
      entry.idleSince = this.#clock.now();
      if (entry.active > 0) announceClose(entry.response);
      leaveSession(entry);
    });
  }

  /**
   * While out, asks clients for another connection at their next response; HTTP/2 clients at once.
   * Their next one goes to another worker.
   */
  setOut(isOut: boolean): void {
    this.#isOut = isOut;
    if (!isOut) return;
    this.#forEach((entry) => {
      if (entry.active > 0) announceClose(entry.response);
      leaveSession(entry);
    });
  }

  /** Closes connections idle for `idleForMs`, of one server or of all. */
  closeIdle(idleForMs: number, server?: Server): void {
    const before = this.#clock.now() - idleForMs;
    for (const entry of this.#idle) {
      const isMeant = server === undefined || entry.server === server;
      if (isMeant && entry.idleSince <= before) attempt(() => close(entry));
    }
  }

  /** Ends long-lived streams: WebSockets get a close frame (1001), event streams end. */
  endStreams(): void {
    this.#forEach(({ webSocket, response, streams }) => {
      if (webSocket !== undefined) sendGoingAway(webSocket);
      if (response?.headersSent === true && answersEvents(response)) response.end();
      for (const stream of streams ?? [])
        if (isEvents(stream.sentHeaders?.['content-type'])) stream.end();
    });
  }

  /** Destroys every connection at once. */
  destroyAll(): void {
    this.#forEach(({ carrier }) => carrier.destroy());
    for (const socket of this.#sockets.keys()) socket.destroy();
  }

  /** Whether clients are asked for another connection. */
  get #isLeaving(): boolean {
    return this.#isDraining || this.#isOut;
  }

  #forEach(order: (entry: Entry) => void): void {
    for (const entry of this.#entries.values()) attempt(() => order(entry));
  }

  #begin(): void {
    this.#begun++;
    if (this.#onActivity === undefined) return;
    const listener = this.#onActivity;
    this.#onActivity = undefined;
    listener();
  }

  #countInFlight(change: number): void {
    this.#inFlight += change;
    this.#counts[IN_FLIGHT] = this.#inFlight;
  }

  #ended(entry: Entry): void {
    if (entry.active === 0) return;
    entry.active--;
    this.#countInFlight(-1);
    if (entry.active > 0 || entry.isUpgraded) return;
    entry.response = undefined;
    entry.idleSince = this.#clock.now();
    this.#idle.add(entry);
    this.makeRoom();
  }

  #closed(socket: Socket): void {
    this.#sockets.delete(socket);
    this.#counts[CONNECTIONS] = this.#sockets.size;
    this.gone(socket);
    if (this.#sockets.size === this.#maxConnections - 1) this.#onRoom();
  }
}

function ended(): void {}
