import { Socket } from 'node:net';

import type { Libc } from '../../../posix/libc.ts';
import { DescriptorReceiver, type PassedDescriptor } from '../../../posix/pass-descriptors.ts';
import { decodeNote } from '../../protocol/fd/handoff-note.ts';
import { claimLease, declineLease } from '../../protocol/fd/lease-board.ts';
import { SignalSocket } from '../../protocol/fd/signal-socket.ts';
import type { WorkerBoard } from '../../protocol/fd/worker-board.ts';
import { CONNECTIONS } from '../../protocol/load-words.ts';
import { readFirstBytes } from './first-bytes.ts';

/** Descriptors that a worker is started with, in the order of `WorkerLink.stdio`. */
export const HANDOFF_FD = 5;
export const SIGNAL_FD = 6;
export const BOARD_FD = 7;

/** Wait before a connection is declined because no descriptor was left for it, in milliseconds. */
const DECLINE_AFTER_MS = 10;

/** Takes the connections of a listener. */
export interface Receiver {
  receive(socket: Socket): void;
  /** What clients have sent by then is read at once, and lies in the socket afterwards. */
  readonly clientFirst: boolean;
}

export interface HandoffInboxOptions {
  libc: Libc;
  board: WorkerBoard;
  handoffFd: number;
  signalFd: number;
  /** Undefined when a listener is not served here any more. */
  receiverOf: (listener: number) => Receiver | undefined;
  /** This process has no descriptor left: closes what it can do without. */
  makeRoom: () => void;
  /** Open connections of this process. */
  connections: () => number;
}

/**
 * The worker's side of the lease in shared memory: takes connections, or declines them.
 *
 * Connections are decided after all other events of a turn of the loop, one after another, and what
 * a client that speaks first has sent is read with the claim. So a request that blocks, be it of that turn or the new
 * connection's own, finds the connections behind it unclaimed: the primary takes them back.
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

  /** Answers a primary that waits for room. */
  tell(): void {
    if (this.#board.takeSignalWish()) this.#signal.wake();
  }

  #wake(): void {
    if (this.#isAwake) return;
    this.#isAwake = true;
    this.#receive();
  }

  /** Node ends what one immediate set off, a request that blocks included, before the next one. */
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
    // It counts from before the claim on: the primary must never see room that is not there.
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
