import type { Clock } from '../../../common/clock.ts';
import { sumOf } from '../../../common/sum-of.ts';
import { systemError } from '../../../posix/libc.ts';
import { Distribution } from '../../../stats/distribution.ts';
import { ListenError } from '../../cluster.errors.ts';
import type { ListenerAddress, ListenSpec } from '../../protocol/control-messages.ts';
import type { WorkerLink } from '../../protocol/transport.ts';
import type { InheritedListener } from '../../takeover/inherited-sockets.ts';
import type { ShedReason } from '../accept-queue.ts';
import {
  type Listener,
  type ListenerSnapshot,
  addressText,
  servedBy,
  type SocketUse,
} from '../listener.ts';
import type { Invitations } from './invitations.ts';
import type { InvitedSocket } from './invited-socket.ts';
import { CLOSING, ENDING, LEAVING } from './watch-table.ts';

export interface InvitedListenerOptions {
  id: number;
  spec: ListenSpec;
  /** Sockets opened by another process; nothing is accepted until `acceptInherited()`. */
  inherited?: InheritedListener | undefined;
  invitations: Invitations;
  /** The clock that workers read. */
  clock: Clock;
  onError: (error: Error) => void;
}

/** A listener on whose sockets workers accept by themselves: connections wait in the kernel. */
export class InvitedListener implements Listener {
  readonly id: number;
  readonly role = 'app';
  readonly spec: ListenSpec;
  readonly isServedBy: Listener['isServedBy'];
  readonly #options: InvitedListenerOptions;
  readonly #sockets: readonly InvitedSocket[];
  readonly #waits = new Distribution();

  private constructor(options: InvitedListenerOptions, sockets: readonly InvitedSocket[]) {
    this.id = options.id;
    this.spec = options.spec;
    this.isServedBy = servedBy(options.id);
    this.#options = options;
    this.#sockets = sockets;
  }

  /** @throws the system's error when the address can't be opened */
  static async open(options: InvitedListenerOptions): Promise<InvitedListener> {
    const { inherited, invitations, spec } = options;
    if (inherited !== undefined) {
      return new InvitedListener(options, invitations.adopt(inherited.fds, spec));
    }
    const listener = new InvitedListener(options, await invitations.open(spec));
    for (const socket of listener.#sockets) socket.start();
    return listener;
  }

  acceptInherited(): void {
    if (this.#options.inherited === undefined) return;
    for (const socket of this.#sockets) socket.start();
  }

  get address(): ListenerAddress {
    return this.#sockets[0]?.address ?? '';
  }

  get addresses(): readonly ListenerAddress[] {
    return this.#sockets.map(({ address }) => address);
  }

  get name(): string {
    return addressText(this.address);
  }

  /** Most connections that may wait: less than configured where the kernel allows less. */
  get limit(): number {
    return sumOf(this.#sockets, ({ limit }) => limit);
  }

  /** Includes sockets that are yet to be closed. */
  get held(): number {
    return sumOf(this.#sockets, (socket) => (socket.isClosed ? 0 : Math.max(1, socket.waiting)));
  }

  get oldestAgeMs(): number {
    const now = this.#options.clock.now();
    return Math.max(0, ...this.#sockets.map((socket) => socket.headAgeMs(now)));
  }

  get shed(): Record<ShedReason, number> {
    const all = this.#sockets.map((socket) => socket.shed());
    return {
      full: sumOf(all, ({ full }) => full),
      age: sumOf(all, ({ age }) => age),
      codel: sumOf(all, ({ codel }) => codel),
      down: 0,
    };
  }

  /** Passes the sockets to a worker. @throws ListenError if the kernel is short of a resource */
  grantTo(link: WorkerLink | undefined): number[] {
    if (link?.pass(this.#sockets.map(({ passed }) => passed)) !== true) {
      throw new ListenError(`${this.name} cannot be passed to the worker`);
    }
    return this.#sockets.map(({ index }) => index);
  }

  /** Takes over what the watching thread has counted, and reports its errors. */
  tick(): void {
    for (const socket of this.#sockets) {
      socket.takeWaits((waitMs) => this.#waits.record(waitMs));
      const errno = socket.takeErrno();
      if (errno !== 0) this.#options.onError(systemError(errno, 'accept'));
    }
  }

  waits(): ReturnType<Distribution['totals']> {
    this.tick();
    return this.#waits.totals();
  }

  stop({ areShared }: SocketUse): void {
    for (const socket of this.#sockets) socket.stop(areShared ? LEAVING : ENDING);
  }

  close({ areShared }: SocketUse): void {
    for (const socket of this.#sockets) socket.stop(areShared ? LEAVING : CLOSING);
  }

  snapshot(): ListenerSnapshot {
    this.tick();
    const sockets = this.#sockets;
    const { p50, p95, p99, max } = this.#waits.snapshot();
    const length = sumOf(sockets, ({ waiting }) => waiting);
    const handed = sumOf(sockets, ({ taken }) => taken);
    const closed = sumOf(sockets, (socket) => socket.closed);
    const { shed } = this;
    return {
      listener: this.name,
      role: this.role,
      transport: 'fd',
      length,
      maxQueue: this.limit,
      oldestAgeMs: this.oldestAgeMs,
      accepted: handed + closed + length + shed.full + shed.age + shed.codel,
      handed,
      pending: 0,
      closed,
      shed,
      lingering: this.#options.invitations.lingering,
      ageMs: { p50, p95, p99, max },
    };
  }
}
