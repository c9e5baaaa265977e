import type { Socket } from 'node:net';

import { dataObserver } from '../../common/data-observer.ts';
import { ignore } from '../../common/ignore.ts';
import { ConnectionError } from '../connection.errors.ts';
import type { Schedule } from '../schedule.ts';
import type { Idler } from './idle-stack.ts';

/** Owner of a connection: its pool. */
export interface ConnectionOwner {
  readonly service: string;
  readonly endpoint: { readonly key: string };
  /** Called when the connection is closed or about to be. */
  gone(connection: ManagedConnection): void;
  /** Takes the connection back after a release. */
  giveBack(connection: ManagedConnection): void;
}

/** Callbacks and limit for the first byte received. */
export interface FirstByteWatch {
  onFirstByte: () => void;
  /**
   * Called when the connection is over without a first byte that was due.
   *
   * @param isCertain whether a limit or the peer ended it, not this side
   */
  onNone: (isCertain: boolean) => void;
  /** Whether the byte is due from the start; else once a byte was sent. */
  isDueAtOnce: boolean;
  /** Longest wait; 0: no limit. */
  limitMs: number;
  schedule: Schedule;
}

/** User of a connection. */
export interface ConnectionUser {
  /** Called with the error of a connection that breaks while in use. */
  broke(error: ConnectionError): void;
  /** Called about once a second. */
  look(now: number): void;
}

/** An open socket, counted against the limits until it is closed. */
export class ManagedConnection implements Idler {
  readonly socket: Socket;
  readonly openedAt: number;
  readonly endsAt: number;
  idleSince = 0;
  user: ConnectionUser | undefined;
  readonly #owner: ConnectionOwner;
  #isCounted = true;
  #watch: FirstByteWatch | undefined;
  #cancelFirstByteLimit: (() => void) | undefined;
  /** Set when the peer or a limit ended the connection. */
  #hasFailed = false;

  constructor(
    socket: Socket,
    owner: ConnectionOwner,
    { openedAt, endsAt }: { openedAt: number; endsAt: number },
  ) {
    this.socket = socket;
    this.#owner = owner;
    this.openedAt = openedAt;
    this.endsAt = endsAt;
    socket.once('close', () => this.gone());
    socket.on('error', (error: NodeJS.ErrnoException) => this.#broke(error));
    socket.once('end', () => {
      this.#hasFailed = true;
      this.user?.broke(this.#error('ENDED', 'was ended by the peer'));
    });
    socket.on('timeout', () => this.#silent());
  }

  get endpoint(): { readonly key: string } {
    return this.#owner.endpoint;
  }

  /** Whether it is open and in sync: bytes received, or let flow, while idle mean that it is not. */
  get isUsable(): boolean {
    const { destroyed, writable, readable, readableFlowing, readableLength } = this.socket;
    return !destroyed && writable && readable && readableFlowing !== true && readableLength === 0;
  }

  /** Whether it can be reused: open, without data listeners, nothing unread or unsent. */
  get isClean(): boolean {
    const { socket } = this;
    if (socket.destroyed || !socket.writable || !socket.readable) return false;
    if (socket.readableLength > 0 || socket.writableLength > 0) return false;
    return socket.listenerCount('data') === 0 && socket.listenerCount('readable') === 0;
  }

  /** Prepares for the idle stack: resets the stream's flow mode to its initial state. */
  settle(): void {
    const { socket } = this;
    if (socket.readableFlowing === null) return;
    socket.on('readable', ignore);
    socket.off('readable', ignore);
  }

  /** Observes the first byte without starting the flow, which is up to the user. */
  watchFirstByte(watch: FirstByteWatch): void {
    this.#watch = watch;
    this.socket.prependListener('data', this.#onData);
    if (watch.limitMs > 0) this.#limitFirstByte(watch);
  }

  unwatchFirstByte(): void {
    this.#cancelFirstByteLimit?.();
    this.#cancelFirstByteLimit = undefined;
    if (this.#watch === undefined) return;
    this.#watch = undefined;
    this.socket.off('data', this.#onData);
  }

  /** Stops counting against the limits, once closed or about to be. */
  gone(): void {
    if (!this.#isCounted) return;
    this.#isCounted = false;
    const watch = this.#watch;
    this.unwatchFirstByte();
    this.#owner.gone(this);
    if (watch !== undefined && this.#isByteDue(watch)) watch.onNone(this.#hasFailed);
  }

  giveBack(): void {
    this.#owner.giveBack(this);
  }

  destroy(error?: Error): void {
    this.gone();
    this.socket.destroy(error);
  }

  readonly #onData = dataObserver((): void => {
    const watch = this.#watch;
    this.unwatchFirstByte();
    watch?.onFirstByte();
  });

  /** Starts the limit again while no byte is due, as before a client has sent anything. */
  #limitFirstByte(watch: FirstByteWatch): void {
    const { limitMs, schedule } = watch;
    this.#cancelFirstByteLimit = schedule(() => {
      if (this.socket.bytesRead > 0) return;
      if (!this.#isByteDue(watch)) return this.#limitFirstByte(watch);
      this.#fail(this.#error('READ_TIMEOUT', `sent no first byte within ${limitMs} ms`));
    }, limitMs);
  }

  #isByteDue({ isDueAtOnce }: FirstByteWatch): boolean {
    const { bytesRead, bytesWritten } = this.socket;
    return bytesRead === 0 && (isDueAtOnce || bytesWritten > 0);
  }

  #silent(): void {
    if (this.user === undefined) return;
    this.#fail(this.#error('READ_TIMEOUT', `was silent for ${this.socket.timeout ?? 0} ms`));
  }

  #fail(error: ConnectionError): void {
    this.#hasFailed = true;
    this.user?.broke(error);
    this.destroy(error);
  }

  #broke(cause: NodeJS.ErrnoException): void {
    this.#hasFailed = true;
    if (this.user === undefined || cause instanceof ConnectionError) return;
    const reason = cause.code ?? cause.message;
    this.user.broke(this.#error('RESET', `broke (${reason})`, { reason, cause }));
  }

  #error(
    failure: 'ENDED' | 'RESET' | 'READ_TIMEOUT',
    what: string,
    details: { reason?: string; cause?: unknown } = {},
  ): ConnectionError {
    const { service, endpoint } = this.#owner;
    const message = `The connection to ${endpoint.key} of "${service}" ${what}`;
    return new ConnectionError(failure, message, { service, address: endpoint.key, ...details });
  }
}
