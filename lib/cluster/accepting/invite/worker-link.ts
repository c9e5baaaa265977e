import type { Libc } from '../../../posix/libc.ts';
import { DescriptorSender, type PassedDescriptor } from '../../../posix/pass-descriptors.ts';
import { socketPair } from '../../../posix/socket-pair.ts';
import { type InvitationBoard, MAX_WORKERS } from '../../protocol/invite/board.ts';
import type { WorkerLine } from '../../protocol/invite/lines.ts';
import type { WorkerLink } from '../../protocol/transport.ts';
import { FREE, LEAVING } from './watch-table.ts';
import type { WatchThread } from './watch-thread.ts';

export interface InvitationLinkOptions {
  libc: Libc;
  thread: WatchThread;
  board: InvitationBoard;
  boardFd: number;
  epollFd: number;
}

/** Link to one worker: its line on the board, its bell, and a socket that passes descriptors. */
export class InvitationLink implements WorkerLink {
  readonly index: number;
  readonly readings: WorkerLine;
  readonly stdio: readonly number[];
  readonly #libc: Libc;
  readonly #thread: WatchThread;
  readonly #sockets: number;
  readonly #sender: DescriptorSender;
  #taken = 0;
  #state: 'NEW' | 'STARTED' | 'CLOSED' = 'NEW';

  /** @throws the system error, or Error when there are too many workers */
  constructor({ libc, thread, board, boardFd, epollFd }: InvitationLinkOptions) {
    this.#libc = libc;
    this.#thread = thread;
    const { sockets, bell } = openPairs(libc);
    const [own, itsOwn] = sockets;
    const [ours, its] = bell;
    this.index = thread.table.bells.findIndex(({ state }) => state === FREE);
    const entry = thread.table.bells[this.index];
    if (entry === undefined) {
      for (const fd of [...sockets, ...bell]) libc.close(fd);
      throw new Error(`a group has no more than ${MAX_WORKERS} workers`);
    }
    this.readings = board.use(this.index);
    entry.open(ours);
    this.#sockets = own;
    this.#sender = new DescriptorSender(libc, own);
    this.stdio = [itsOwn, its, boardFd, epollFd];
  }

  get taken(): number {
    return this.#state === 'CLOSED' ? this.#taken : this.readings.taken;
  }

  started(): void {
    if (this.#state !== 'NEW') return;
    this.#state = 'STARTED';
    for (const fd of this.stdio.slice(0, 2)) this.#libc.close(fd);
  }

  setOpen(isOpen: boolean): void {
    if (this.#state === 'CLOSED' || this.readings.isOpen === isOpen) return;
    this.readings.isOpen = isOpen;
    // What waits is for it now.
    if (isOpen) this.#thread.wake();
  }

  pass(sockets: readonly PassedDescriptor[]): boolean {
    return this.#state !== 'CLOSED' && this.#sender.send(sockets);
  }

  close(): void {
    if (this.#state === 'CLOSED') return;
    this.setOpen(false);
    this.#taken = this.readings.taken;
    this.started();
    this.#state = 'CLOSED';
    this.#libc.close(this.#sockets);
    const entry = this.#thread.table.bells[this.index];
    if (entry !== undefined) entry.state = LEAVING;
    this.#thread.wake();
  }
}

/** Opens both pairs or none. @throws the system error */
function openPairs(libc: Libc): { sockets: [number, number]; bell: [number, number] } {
  const sockets = socketPair(libc, 'messages');
  try {
    return { sockets, bell: socketPair(libc, 'stream') };
  } catch (error) {
    for (const fd of sockets) libc.close(fd);
    throw error;
  }
}
