import type { Server, Socket } from 'node:net';

import type { Clock } from '../../common/clock.ts';
import type { WorkerLoad } from '../protocol/control-messages.ts';
import { CONNECTIONS, IN_FLIGHT, LOAD_WORDS } from '../protocol/load-words.ts';
import {
  type Announceable,
  announceClose,
  answersEvents,
  type Carrier,
  close,
  type EndableStream,
  isEvents,
  sendGoaway,
  sendGoingAway,
  type WebSocketLike,
} from './carrier.ts';
import { type Linked, LinkedOrder } from './linked-order.ts';

interface Entry extends Linked<Entry> {
  readonly carrier: Carrier;
  /** What lies below an HTTP/2 session, which may leave it open; elsewhere the carrier. */
  readonly transport: Pick<Carrier, 'destroy'>;
  readonly server: Server;
  /** Requests in flight on it: several when pipelined or multiplexed. */
  active: number;
  /** The latest HTTP/1 response that can still say `Connection: close`. */
  response: Announceable | undefined;
  /** A stream of the client's own protocol: in no request, yet not idle. */
  isUpgraded: boolean;
  webSocket: WebSocketLike | undefined;
  /** Open streams of HTTP/2. */
  readonly streams: Set<EndableStream>;
  /** Ends one of its requests. */
  readonly end: () => void;
  /** Whether a request was made on it. */
  hasServed: boolean;
  idleSince: number;
}

/** A connection so new is not closed to make room: its first request is on its way. */
const FRESH_MS = 1_000;

export interface ConnectionTableOptions {
  clock: Clock;
  maxConnections: number;
  /** Called when there is room again after the limit. */
  onRoom: () => void;
  /** `LOAD_WORDS` words to count in. @default its own */
  counts?: Int32Array;
}

/**
 * The connections of a worker: how many there are, which are idle and since when, how many
 * requests are in flight. Idle ones are kept in the order in which they became idle.
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
  #onActivity: (() => void) | undefined;

  constructor(options: ConnectionTableOptions) {
    this.#clock = options.clock;
    this.#maxConnections = options.maxConnections;
    this.#onRoom = options.onRoom;
    this.#counts = options.counts ?? new Int32Array(LOAD_WORDS);
  }

  get load(): WorkerLoad {
    return { inFlight: this.#inFlight, connections: this.#sockets.size };
  }

  /** Connections and requests that came in so far: unchanged means that nothing happened. */
  get begun(): number {
    return this.#begun;
  }

  /** Calls `listener` once, when the next connection or request comes in. */
  onNextActivity(listener: () => void): void {
    this.#onActivity = listener;
  }

  /** Requests that were taken so far. */
  get requests(): number {
    return this.#requests;
  }

  /** Whether nothing is left that a drain waits for. */
  get isEmpty(): boolean {
    return this.#sockets.size === 0;
  }

  countOf(server: Server): number {
    let count = 0;
    for (const owner of this.#sockets.values()) if (owner === server) count++;
    return count;
  }

  /** A connection came in; at the limit the one that has been idle longest makes room. */
  opened(socket: Socket, server: Server): void {
    this.#sockets.set(socket, server);
    this.#counts[CONNECTIONS] = this.#sockets.size;
    this.#begin();
    socket.once('close', () => this.#closed(socket));
    this.makeRoom();
  }

  /**
   * At the limit, closes the connection that has been idle longest. To be called now and then too,
   * because a connection that never asks for anything becomes idle by mere time.
   */
  makeRoom(): void {
    if (this.#sockets.size >= this.#maxConnections) this.closeLongestIdle();
  }

  /** Closes the connection that has been idle longest, if there is one. */
  closeLongestIdle(): void {
    const freshSince = this.#clock.now() - FRESH_MS;
    for (const entry of this.#idle) {
      if (!entry.hasServed && entry.idleSince > freshSince) continue;
      this.#idle.delete(entry);
      return close(entry);
    }
  }

  /** From now on `carrier` carries requests; it is idle until the first one. */
  carries(carrier: Carrier, server: Server, transport: Entry['transport'] = carrier): void {
    const entry: Entry = {
      carrier,
      transport,
      server,
      active: 0,
      response: undefined,
      isUpgraded: false,
      webSocket: undefined,
      streams: new Set(),
      hasServed: false,
      idleSince: this.#clock.now(),
      before: undefined,
      after: undefined,
      isIn: false,
      end: () => this.#ended(entry),
    };
    this.#entries.set(carrier, entry);
    this.#idle.add(entry);
  }

  /** `carrier` is closed, with whatever was in flight on it. */
  gone(carrier: Carrier): void {
    const entry = this.#entries.get(carrier);
    if (entry === undefined) return;
    this.#entries.delete(carrier);
    this.#idle.delete(entry);
    // Else it would add a negative zero, for which V8 compiles the counting anew.
    if (entry.active === 0) return;
    this.#countInFlight(-entry.active);
    entry.active = 0;
  }

  /** The client speaks a protocol of its own on `carrier` from now on. */
  upgraded(carrier: Carrier, webSocket?: Socket): void {
    const entry = this.#entries.get(carrier);
    if (entry === undefined) return;
    entry.isUpgraded = true;
    if (webSocket !== undefined) {
      entry.webSocket = { socket: webSocket, bytesBefore: webSocket.bytesWritten };
    }
    this.#idle.delete(entry);
  }

  /** A request began. What is returned ends it, and is to be called once. */
  began(carrier: Carrier, response: Announceable | undefined, stream?: EndableStream): () => void {
    const entry = this.#entries.get(carrier);
    if (entry === undefined) return ended;
    if (entry.active++ === 0) this.#idle.delete(entry);
    this.#countInFlight(1);
    this.#begin();
    this.#requests++;
    entry.hasServed = true;
    entry.response = response;
    if (this.#isDraining) announceClose(response);
    if (stream === undefined) return entry.end;
    entry.streams.add(stream);
    return () => {
      entry.streams.delete(stream);
      entry.end();
    };
  }

  /** From now on every response ends its connection, and idle connections end too. */
  startDrain(): void {
    this.#isDraining = true;
    this.#forEach((entry) => {
      entry.idleSince = this.#clock.now();
      if (entry.active > 0) announceClose(entry.response);
      sendGoaway(entry.carrier);
    });
  }

  /** Closes what has been idle for `idleForMs`, of one server or of all. */
  closeIdle(idleForMs: number, server?: Server): void {
    const before = this.#clock.now() - idleForMs;
    for (const entry of this.#idle) {
      const isMeant = server === undefined || entry.server === server;
      if (isMeant && entry.idleSince <= before) attempt(() => close(entry));
    }
  }

  /** Ends what goes on by itself: WebSockets are told that they are left, event streams end. */
  endStreams(): void {
    this.#forEach(({ webSocket, response, streams }) => {
      if (webSocket !== undefined) sendGoingAway(webSocket);
      if (response?.headersSent === true && answersEvents(response)) response.end();
      for (const stream of streams)
        if (isEvents(stream.sentHeaders?.['content-type'])) stream.end();
    });
  }

  /** Ends every connection at once. */
  destroyAll(): void {
    this.#forEach(({ carrier }) => carrier.destroy());
    for (const socket of this.#sockets.keys()) socket.destroy();
  }

  /** What one of them makes of an order is nothing to the others. */
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

/** Node throws for orders to what is ending already, in states that it does not show. */
function attempt(order: () => void): void {
  try {
    order();
  } catch {
    // It ends by itself, or is cut when the time of the drain is up.
  }
}
