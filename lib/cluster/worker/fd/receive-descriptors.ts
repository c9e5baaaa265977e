import { Socket } from 'node:net';

import type { Libc } from '../../../posix/libc.ts';
import { DescriptorReceiver, type PassedDescriptor } from '../../../posix/pass-descriptors.ts';
import { decodeNote } from '../../protocol/fd/handoff-note.ts';
import { claimLease, declineLease } from '../../protocol/fd/lease-board.ts';
import { SignalSocket } from '../../protocol/fd/signal-socket.ts';
import type { WorkerBoard } from '../../protocol/fd/worker-board.ts';
import { CONNECTIONS } from '../../protocol/load-words.ts';
import { readFirstBytes } from './first-bytes.ts';

/** Descriptors inherited by a worker, in the order of `WorkerLink.stdio`. */
export const HANDOFF_FD = 5;
export const SIGNAL_FD = 6;
export const BOARD_FD = 7;

/** Delay before declining a connection whose descriptor did not arrive (EMFILE). */
const DECLINE_AFTER_MS = 10;

/** Receives the connections of a listener. */
export interface Receiver {
  receive(socket: Socket): void;
  /** Whether bytes that the client has already sent are read into the socket at once. */
  readonly clientFirst: boolean;
}

export interface HandoffInboxOptions {
  libc: Libc;
  board: WorkerBoard;
  handoffFd: number;
  signalFd: number;
  /** Undefined when this worker no longer serves the listener. */
  receiverOf: (listener: number) => Receiver | undefined;
  /** Called when the process is out of descriptors: closes connections that can be spared. */
  makeRoom: () => void;
  /** Number of open connections of this process. */
  connections: () => number;
}

/**
 * The worker's side of the shared-memory lease: claims connections or declines them.
 *
 * Decides on each connection after the other events of a loop turn, one at a time, and reads a
 * client's first bytes together with the claim. So a request that blocks, even the new connection's
 * own, leaves the connections behind it unclaimed, and the primary takes them back.
 */
export class HandoffInbox {
  readonly #libc: Libc;
  readonly #board: WorkerBoard;
  readonly #receiverOf: HandoffInboxOptions['receiverOf'];
  readonly #makeRoom: () => void;
  readonly #connections: () => number;
  readonly #receiver: DescriptorReceiver;
  readonly #signal: SignalSocket;
  #received = 0;
  #isAwake = false;

  constructor(options: HandoffInboxOptions) {
    const { libc, board, handoffFd, signalFd, receiverOf, makeRoom, connections } = options;
    this.#libc = libc;
    this.#board = board;
    this.#receiverOf = receiverOf;
    this.#makeRoom = makeRoom;
    this.#connections = connections;
    this.#receiver = new DescriptorReceiver(libc, handoffFd);
    this.#signal = new SignalSocket(libc, signalFd, () => this.#wake());
    this.#wake();
  }

  /** Signals a primary that asked for it. */
  tell(): void {
    if (this.#board.takeSignalWish()) this.#signal.wake();
  }

  #wake(): void {
    if (this.#isAwake) return;
    this.#isAwake = true;
    this.#receive();
  }

  /** Uses an immediate each: Node runs all that one triggers, even if it blocks, then the next. */
  #receive(): void {
    while (this.#received !== this.#board.sent) {
      const message = this.#receiver.receive();
      if (message === undefined) break;
      this.#received = (this.#received + 1) | 0;
      for (const passed of message) setImmediate(() => this.#decide(passed));
    }
    setImmediate(() => this.#sleep());
  }

  #sleep(): void {
    if (this.#received !== this.#board.sent) return this.#receive();
    this.#board.sleep();
    if (this.#received !== this.#board.sent) return this.#receive();
    this.#isAwake = false;
  }

  #decide({ note, fd }: PassedDescriptor): void {
    const { listener, slot } = decodeNote(note);
    if (fd < 0) {
      this.#makeRoom();
      setTimeout(() => this.#decline(slot), DECLINE_AFTER_MS);
      return;
    }
    const receiver = this.#receiverOf(listener);
    if (receiver === undefined) {
      this.#libc.close(fd);
      return this.#decline(slot);
    }
    // Counts it before the claim: the primary must never see capacity that does not exist.
    this.#board.load[CONNECTIONS] = this.#connections() + 1;
    if (claimLease(this.#board.leases, slot)) this.#take(fd, receiver);
    else this.#libc.close(fd);
    this.#board.load[CONNECTIONS] = this.#connections();
    this.tell();
  }

  #take(fd: number, receiver: Receiver): void {
    const socket = openSocket(fd);
    receiver.receive(socket);
    if (receiver.clientFirst) readFirstBytes(this.#libc, fd, socket);
  }

  #decline(slot: number): void {
    declineLease(this.#board.leases, slot);
    this.tell();
  }
}

function openSocket(fd: number): Socket {
  return new Socket({ fd, readable: true, writable: true, allowHalfOpen: true });
}
