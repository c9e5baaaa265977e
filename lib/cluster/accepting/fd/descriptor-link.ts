import type { Libc } from '../../../posix/libc.ts';
import { DescriptorSender, type PassedDescriptor } from '../../../posix/pass-descriptors.ts';
import { socketPair } from '../../../posix/socket-pair.ts';
import type { HandoffMessage } from '../../protocol/control-messages.ts';
import { decodeNote, encodeNote } from '../../protocol/fd/handoff-note.ts';
import { SharedLeases } from '../../protocol/fd/lease-board.ts';
import { SignalSocket } from '../../protocol/fd/signal-socket.ts';
import type { LeaseAction } from '../../protocol/lease.ts';
import type { Held, SharedReadings, WorkerLink } from '../../protocol/transport.ts';
import type { BoardPool, PooledBoard } from './board-pool.ts';
import { HeldDescriptor } from './held-descriptor.ts';

/** Pause after a failed send: the kernel is short of a resource. */
const PAUSE_MS = 100;

export interface DescriptorLinkOptions {
  libc: Libc;
  boards: BoardPool;
  onSignal: () => void;
}

/** Link to one worker: descriptors over a socket, leases and load in shared memory. */
export class DescriptorLink<T> implements WorkerLink<T> {
  readonly leases: SharedLeases<T>;
  readonly readings: SharedReadings;
  readonly stdio: readonly number[];
  readonly #libc: Libc;
  readonly #boards: BoardPool;
  readonly #pooled: PooledBoard;
  readonly #socket: number;
  readonly #sender: DescriptorSender;
  readonly #signal: SignalSocket;
  readonly #onSignal: () => void;
  readonly #batch: PassedDescriptor[] = [];
  #pause: NodeJS.Timeout | undefined;
  #state: 'NEW' | 'STARTED' | 'CLOSED' = 'NEW';

  constructor({ libc, boards, onSignal }: DescriptorLinkOptions) {
    this.#libc = libc;
    this.#boards = boards;
    this.#onSignal = onSignal;
    const { pooled, handoff, signals } = open(libc, boards);
    this.#pooled = pooled;
    this.leases = new SharedLeases(pooled.board.leases);
    this.readings = pooled.board;
    const [socket, itsSocket] = handoff;
    const [signal, itsSignal] = signals;
    this.#socket = socket;
    this.#sender = new DescriptorSender(libc, socket);
    this.#signal = new SignalSocket(libc, signal, onSignal);
    this.stdio = [itsSocket, itsSignal, pooled.fd];
  }

  get isWaiting(): boolean {
    return this.leases.unclaimed > 0;
  }

  started(): void {
    if (this.#state !== 'NEW') return;
    this.#state = 'STARTED';
    const [itsSocket = -1, itsSignal = -1] = this.stdio;
    this.#libc.close(itsSocket);
    this.#libc.close(itsSignal);
  }

  handOff({ lease, listener }: HandoffMessage, held: Held): void {
    if (!(held instanceof HeldDescriptor)) throw new TypeError('not accepted by this transport');
    this.#batch.push({
      fd: held.fd,
      note: encodeNote({ listener, slot: this.leases.slotOf(lease) }),
    });
  }

  flush(): void {
    if (this.#batch.length === 0) return;
    const batch = this.#batch.splice(0);
    if (!this.#sender.send(batch)) this.#takeBack(batch);
    else if (this.#pooled.board.countSent()) this.#signal.wake();
  }

  collect(): LeaseAction<T>[] {
    return this.leases.collect();
  }

  askForSignal(): void {
    this.#pooled.board.askForSignal();
  }

  close(): void {
    if (this.#state === 'CLOSED') return;
    this.started();
    this.#state = 'CLOSED';
    clearTimeout(this.#pause);
    this.#signal.close();
    this.#libc.close(this.#socket);
    this.#boards.release(this.#pooled);
  }

  #takeBack(batch: readonly PassedDescriptor[]): void {
    for (const { note } of batch) this.leases.withdraw(decodeNote(note).slot);
    this.leases.pause();
    this.#pause = setTimeout(() => {
      this.leases.resume();
      this.#onSignal();
    }, PAUSE_MS);
  }
}

interface Opened {
  pooled: PooledBoard;
  handoff: [number, number];
  signals: [number, number];
}

/** Opens everything that a link needs, or nothing. @throws Error the system error */
function open(libc: Libc, boards: BoardPool): Opened {
  const handoff = socketPair(libc, 'messages');
  const opened: number[] = [...handoff];
  try {
    const signals = socketPair(libc, 'stream');
    opened.push(...signals);
    return { handoff, signals, pooled: boards.acquire() };
  } catch (error) {
    for (const fd of opened) libc.close(fd);
    throw error;
  }
}
