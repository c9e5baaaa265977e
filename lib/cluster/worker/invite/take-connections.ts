import type { Socket } from 'node:net';

import { monotonicClock } from '../../../common/clock.ts';
import { waitingAt } from '../../../posix/backlog.ts';
import { Epoll } from '../../../posix/epoll.ts';
import { EMFILE, ENFILE, type Libc, NEW_SOCKET } from '../../../posix/libc.ts';
import { DescriptorReceiver } from '../../../posix/pass-descriptors.ts';
import { ListenError } from '../../cluster.errors.ts';
import type { InvitationBoard } from '../../protocol/invite/board.ts';
import type { WorkerLine } from '../../protocol/invite/lines.ts';
import { countLooking, mayTake, NO_SLACK, TAKEN_PER_TURN } from '../../protocol/invite/standing.ts';
import { Bell } from './bell.ts';
import { readFirstBytes } from './first-bytes.ts';
import { socketOf } from './socket-of.ts';

/** Descriptors inherited by a worker, in the order of `WorkerLink.stdio`. */
export const SOCKETS_FD = 5;
export const BELL_FD = 6;
export const BOARD_FD = 7;
export const EPOLL_FD = 8;

/** Receives the connections of a listener. */
export interface Receiver {
  receive(socket: Socket): void;
  /** Whether bytes that the client has already sent are read into the socket at once. */
  readonly clientFirst: boolean;
}

export interface ConnectionTakerOptions {
  libc: Libc;
  board: InvitationBoard;
  /** Own line on the board. */
  line: number;
  descriptors: { sockets: number; bell: number; epoll: number };
  maxConnections: number;
  /** Called when the process is out of descriptors: closes connections that can be spared. */
  makeRoom: () => void;
}

/** A listening socket of the primary. */
interface Served {
  readonly index: number;
  readonly fd: number;
  readonly receiver: Receiver;
}

/**
 * ```
 * ASLEEP -- bell, or a look of its own --> LOOKING -- something waits --> TAKING --> LOOKING
 *    ^------------- nothing to take ----------+
 * ```
 * PAUSED: out of descriptors, for a moment. CLOSED: takes nothing any more.
 */
type State = 'ASLEEP' | 'LOOKING' | 'TAKING' | 'PAUSED' | 'CLOSED';

/** Pause after the process ran out of descriptors. */
const PAUSE_MS = 10;

/**
 * Turns of the loop in which a worker looks again after it found nothing, before it sleeps. A look
 * costs a few microseconds, a ring about a hundred in both processes.
 */
const SPARE_TURNS = 4;

/**
 * Accepts connections on the primary's listening sockets, when rung and for as long as it may: see
 * protocol/invite/standing.ts. Accepts each just before it handles it, and reads the client's first
 * bytes with it.
 */
export class ConnectionTaker {
  readonly #libc: Libc;
  readonly #board: InvitationBoard;
  readonly #line: WorkerLine;
  readonly #maxConnections: number;
  readonly #makeRoom: () => void;
  readonly #receiver: DescriptorReceiver;
  readonly #epoll: Epoll;
  readonly #bell: Bell;
  /** Received and not served yet, by index. */
  readonly #received = new Map<number, number>();
  readonly #served = new Map<number, Served>();
  #state: State = 'ASLEEP';
  /** Whether the primary wants this worker, of all, to take the next connection. */
  #isInvited = false;
  #left = 0;
  /** Turns in a row that found nothing. */
  #idleTurns = 0;

  constructor(options: ConnectionTakerOptions) {
    const { libc, board, line, descriptors, maxConnections, makeRoom } = options;
    this.#libc = libc;
    this.#board = board;
    this.#line = board.worker(line);
    this.#maxConnections = maxConnections;
    this.#line.maxConnections = maxConnections;
    this.#makeRoom = makeRoom;
    this.#receiver = new DescriptorReceiver(libc, descriptors.sockets);
    this.#epoll = new Epoll(libc, descriptors.epoll);
    this.#bell = new Bell(descriptors.bell, () => {
      this.#isInvited = true;
      this.look();
    });
    this.#sleep();
  }

  /** Serves sockets that the primary has passed. @throws ListenError if one did not arrive */
  serve(indices: readonly number[], receiver: Receiver): void {
    this.#receive();
    const missing = indices.find((index) => !this.#received.has(index));
    if (missing !== undefined) {
      throw new ListenError('the listening socket did not arrive: out of descriptors (EMFILE)');
    }
    for (const index of indices) {
      const fd = this.#received.get(index) ?? -1;
      this.#received.delete(index);
      this.#leave(index);
      this.#served.set(index, { index, fd, receiver });
      this.#line.setServes(index, true);
    }
    this.look();
  }

  /** Stops serving sockets. */
  leave(indices: readonly number[]): void {
    for (const index of indices) this.#leave(index);
  }

  /** Looks for connections soon, in an immediate. */
  look(): void {
    if (this.#state !== 'ASLEEP') return;
    this.#state = 'LOOKING';
    this.#idleTurns = 0;
    this.#line.takeSleep();
    setImmediate(() => this.#turn());
  }

  /**
   * Call regularly. Looks if a connection waits that the primary should have rung for: it may be
   * stopped. Writes its line again, which a faulty worker may have changed.
   */
  lookAround(): void {
    if (this.#state === 'CLOSED') return;
    this.#line.maxConnections = this.#maxConnections;
    for (const index of this.#served.keys()) this.#line.setServes(index, true);
    if (this.#state !== 'ASLEEP') return;
    this.#line.sleep();
    // At its cap it would only wake the primary.
    if (!this.#line.hasRoom) return;
    for (const { fd } of this.#served.values()) {
      if (waitingAt(this.#libc, fd) > 0) return this.look();
    }
  }

  /** Takes nothing any more. */
  close(): void {
    if (this.#state === 'CLOSED') return;
    this.#state = 'CLOSED';
    for (const index of this.#served.keys()) this.#leave(index);
    this.#bell.close();
  }

  #turn(): void {
    if (this.#state !== 'LOOKING') return;
    this.#line.turned(monotonicClock.now());
    let isLeftToOthers = false;
    for (const served of this.#served.values()) {
      if (this.#plan(served)) isLeftToOthers = true;
    }
    this.#isInvited = false;
    if (this.#left > 0) return;
    // Asleep, it no longer counts as one that comes for what waits.
    if (isLeftToOthers || this.#idleTurns++ >= SPARE_TURNS) this.#sleep();
    else setImmediate(() => this.#turn());
  }

  /**
   * Plans an immediate for each connection that may be taken in this turn: Node ends all that one
   * sets off, a request that blocks included, before the next. What follows still waits in the kernel.
   *
   * @returns whether some wait that others should take
   */
  #plan(served: Served): boolean {
    const waiting = this.#waitingAt(served);
    if (waiting === 0) return false;
    if (!this.#isInvited && !this.#mayTake(served, waiting, this.#slack)) return true;
    const isInvited = this.#isInvited;
    this.#isInvited = false;
    this.#state = 'TAKING';
    this.#idleTurns = 0;
    const count = Math.min(waiting, TAKEN_PER_TURN);
    this.#left += count;
    let isOver = false;
    for (let taken = 0; taken < count; taken++) {
      const isFirst = isInvited && taken === 0;
      setImmediate(() => {
        isOver ||= !(isFirst || this.#mayTake(served, waiting - taken)) || !this.#take(served);
        this.#done();
      });
    }
    return false;
  }

  #done(): void {
    if (--this.#left > 0 || this.#state !== 'TAKING') return;
    this.#state = 'LOOKING';
    // Only looks: what it finds is taken in another immediate.
    this.#turn();
  }

  #waitingAt({ index, fd }: Served): number {
    return this.#line.isOpen && this.#board.socket(index).isOpen ? waitingAt(this.#libc, fd) : 0;
  }

  get #slack(): number | undefined {
    return this.#idleTurns > 0 ? NO_SLACK : undefined;
  }

  #mayTake({ index: socket }: Served, waiting: number, slack?: number): boolean {
    const now = monotonicClock.now();
    return mayTake(this.#line, this.#board.workers, { socket, waiting, now, slack });
  }

  /** @returns false if there was none */
  #take({ index, fd: listening, receiver }: Served): boolean {
    if (this.#state !== 'TAKING' || !this.#served.has(index)) return false;
    if (!this.#line.isOpen || !this.#line.hasRoom) return false;
    const fd = this.#libc.accept4(listening, null, null, NEW_SOCKET);
    if (fd < 0) return this.#failed(this.#libc.errno());
    const now = monotonicClock.now();
    this.#line.countTaken(now);
    this.#board.socket(index).countTaken(now);
    const socket = socketOf(fd);
    receiver.receive(socket);
    if (receiver.clientFirst) readFirstBytes(this.#libc, fd, socket);
    return true;
  }

  #failed(errno: number): false {
    if (errno === EMFILE || errno === ENFILE) this.#pause();
    return false;
  }

  /** Leaves connections to others until the descriptors of closed ones are free. */
  #pause(): void {
    this.#makeRoom();
    this.#state = 'PAUSED';
    setTimeout(() => {
      if (this.#state !== 'PAUSED') return;
      this.#state = 'ASLEEP';
      this.look();
    }, PAUSE_MS);
  }

  /**
   * Arms after the mark: what has come in between rings at once. While another worker looks, the
   * primary would be woken in vain, and looks by itself within milliseconds.
   */
  #sleep(): void {
    this.#state = 'ASLEEP';
    this.#line.sleep();
    const now = monotonicClock.now();
    for (const { index, fd } of this.#served.values()) {
      if (countLooking(this.#board.workers, index, now) === 0) this.#epoll.arm(fd);
    }
  }

  #receive(): void {
    for (let message = this.#receiver.receive(); message; message = this.#receiver.receive()) {
      for (const { note, fd } of message) {
        const known = this.#received.get(note);
        if (known !== undefined) this.#libc.close(known);
        if (fd >= 0) this.#received.set(note, fd);
      }
    }
  }

  #leave(index: number): void {
    const served = this.#served.get(index);
    if (served === undefined) return;
    this.#served.delete(index);
    this.#line.setServes(index, false);
    this.#epoll.forget(served.fd);
    this.#libc.close(served.fd);
  }
}
