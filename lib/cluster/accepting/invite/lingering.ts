import type { Epoll } from '../../../posix/epoll.ts';
import { EAGAIN, EINTR, type Libc, LINUX } from '../../../posix/libc.ts';
import { answerOf } from '../refuse.ts';

export interface LingeringLimits {
  /** Maximum lingering connections; beyond it the oldest is closed. */
  maxLingering: number;
  /** Longest pause of a client that still sends, in milliseconds. */
  pauseMs: number;
  /** Longest lingering of a connection, in milliseconds. */
  withinMs: number;
  /** Maximum data that is read of a refused client; beyond it, it lingers unread. */
  maxBytes: number;
}

interface Refused {
  readonly endsAt: number;
  /** When it is closed unless more comes. */
  until: number;
  read: number;
}

/** Result of reading what a client has sent, so far; `enough`: it sends more than is read. */
type Heard = 'all' | 'enough' | 'end';

/** Reads in a row, of 64 KiB: a fast sender may not keep the thread from the others. */
const MOST_READS = 16;

const FLAGS = LINUX.MSG_DONTWAIT | LINUX.MSG_NOSIGNAL;
const discarded = Buffer.allocUnsafeSlow(64 * 1024);

/**
 * Refused connections that stay open until their clients have read the refusal (lingering close, RFC
 * 9112 section 9.6), as descriptors of the thread that watches: see refuse.ts.
 */
export class LingeringDescriptors {
  readonly #libc: Libc;
  readonly #epoll: Epoll;
  readonly #limits: LingeringLimits;
  readonly #random: () => number;
  /** By descriptor, in the order in which they were last heard. */
  readonly #refused = new Map<number, Refused>();

  constructor(libc: Libc, epoll: Epoll, limits: LingeringLimits, random: () => number) {
    this.#libc = libc;
    this.#epoll = epoll;
    this.#limits = limits;
    this.#random = random;
  }

  get size(): number {
    return this.#refused.size;
  }

  /** Time until the oldest must be closed; -1: there is none. */
  waitMs(now: number): number {
    for (const { until } of this.#refused.values()) return Math.max(0, Math.ceil(until - now));
    return -1;
  }

  refuse(fd: number, now: number): void {
    if (this.#refused.size >= this.#limits.maxLingering) this.closeFirst();
    const { pauseMs, withinMs } = this.#limits;
    const refused = { endsAt: now + withinMs, until: now + pauseMs, read: 0 };
    // Unread bytes would turn the close into a reset, which discards the answer.
    const heard = this.#hear(fd, refused);
    const answer = answerOf('overload', this.#random());
    this.#libc.send(fd, answer, answer.length, FLAGS);
    this.#libc.shutdown(fd, LINUX.SHUT_WR);
    if (heard === 'end') return void this.#libc.close(fd);
    this.#refused.set(fd, refused);
    if (heard === 'all') this.#epoll.watch(fd);
  }

  /** Reads what a client still sends; closes with its end. Ignores descriptors of others. */
  heard(fd: number, now: number): void {
    const refused = this.#refused.get(fd);
    if (refused === undefined) return;
    const heard = this.#hear(fd, refused);
    if (heard === 'end') return this.#close(fd);
    refused.until = Math.min(refused.endsAt, now + this.#limits.pauseMs);
    this.#refused.delete(fd);
    this.#refused.set(fd, refused);
    // Closing now would reset the connection before the client has read its answer.
    if (heard === 'enough') this.#epoll.forget(fd);
  }

  closeExpired(now: number): void {
    for (const [fd, { until }] of this.#refused) {
      if (until > now) return;
      this.#close(fd);
    }
  }

  /** Closes the one silent for longest, which has most likely read its answer. @returns false: there is none */
  closeFirst(): boolean {
    for (const fd of this.#refused.keys()) {
      this.#close(fd);
      return true;
    }
    return false;
  }

  closeAll(): void {
    while (this.closeFirst());
  }

  #hear(fd: number, refused: Refused): Heard {
    for (let reads = 0; reads < MOST_READS; reads++) {
      const length = this.#libc.recv(fd, discarded, discarded.length, FLAGS);
      if (length > 0) {
        refused.read += length;
        if (refused.read > this.#limits.maxBytes) return 'enough';
        if (length < discarded.length) return 'all';
        continue;
      }
      if (length === 0) return 'end';
      const errno = this.#libc.errno();
      if (errno !== EINTR) return errno === EAGAIN ? 'all' : 'end';
    }
    return 'all';
  }

  #close(fd: number): void {
    this.#refused.delete(fd);
    this.#epoll.forget(fd);
    this.#libc.close(fd);
  }
}
