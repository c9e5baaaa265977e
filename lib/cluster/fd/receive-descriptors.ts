import { Socket } from 'node:net';

import type { Libc } from '../../posix/libc.ts';
import { DescriptorReceiver, type PassedDescriptor } from '../../posix/pass-descriptors.ts';
import { CONNECTIONS } from '../connection-table.ts';
import { decodeNote } from './handoff-note.ts';
import { claimLease, declineLease } from './lease-board.ts';
import { SignalSocket } from './signal-socket.ts';
import type { WorkerBoard } from './worker-board.ts';

/** Descriptors that a worker is started with, in the order of `WorkerLink.stdio`. */
const HANDOFF_FD = 5;
const SIGNAL_FD = 6;
export const BOARD_FD = 7;

/** Wait before a connection is declined because no descriptor was left for it, in milliseconds. */
const DECLINE_AFTER_MS = 10;

export interface HandoffInboxOptions {
  libc: Libc;
  board: WorkerBoard;
  /** Takes the connections of a listener; undefined when it is not served here any more. */
  receiverOf: (listener: number) => ((socket: Socket) => void) | undefined;
  /** This process has no descriptor left: closes what it can do without. */
  makeRoom: () => void;
  /** Open connections of this process. */
  connections: () => number;
}

/** The worker's side of the lease in shared memory: takes connections, or declines them. */
export class HandoffInbox {
  readonly #libc: Libc;
  readonly #board: WorkerBoard;
  readonly #receiverOf: HandoffInboxOptions['receiverOf'];
  readonly #makeRoom: () => void;
  readonly #connections: () => number;
  readonly #receiver: DescriptorReceiver;
  readonly #signal: SignalSocket;
  #received = 0;
  #isDue = false;

  constructor({ libc, board, receiverOf, makeRoom, connections }: HandoffInboxOptions) {
    this.#libc = libc;
    this.#board = board;
    this.#receiverOf = receiverOf;
    this.#makeRoom = makeRoom;
    this.#connections = connections;
    this.#receiver = new DescriptorReceiver(libc, HANDOFF_FD);
    this.#signal = new SignalSocket(libc, SIGNAL_FD, () => this.#receiveSoon());
    this.#receiveSoon();
  }

  /** Answers a primary that waits for room. */
  tell(): void {
    if (this.#board.takeSignalWish()) this.#signal.wake();
  }

  /**
   * After all other events of this turn of the loop: a handler among them that blocks then makes
   * the claim late, instead of keeping a claimed connection waiting.
   */
  #receiveSoon(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    setImmediate(() => this.#receiveAll());
  }

  #receiveAll(): void {
    this.#isDue = false;
    while (this.#received !== this.#board.sent) {
      const message = this.#receiver.receive();
      if (message === undefined) break;
      this.#received = (this.#received + 1) | 0;
      for (const passed of message) this.#decide(passed);
    }
    this.tell();
    this.#board.sleep();
    if (this.#received !== this.#board.sent) this.#receiveSoon();
  }

  #decide({ note, fd }: PassedDescriptor): void {
    const { listener, slot } = decodeNote(note);
    if (fd < 0) {
      this.#makeRoom();
      setTimeout(() => this.#decline(slot), DECLINE_AFTER_MS);
      return;
    }
    const receive = this.#receiverOf(listener);
    if (receive === undefined) {
      this.#libc.close(fd);
      return this.#decline(slot);
    }
    // It counts from before the claim on: the primary must never see room that is not there.
    this.#board.load[CONNECTIONS] = this.#connections() + 1;
    if (claimLease(this.#board.leases, slot)) receive(openSocket(fd));
    else this.#libc.close(fd);
    this.#board.load[CONNECTIONS] = this.#connections();
  }

  #decline(slot: number): void {
    declineLease(this.#board.leases, slot);
    this.tell();
  }
}

function openSocket(fd: number): Socket {
  return new Socket({ fd, readable: true, writable: true, allowHalfOpen: true });
}
