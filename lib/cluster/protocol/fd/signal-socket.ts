import { Socket } from 'node:net';

import type { Libc } from '../../../posix/libc.ts';
import { wake } from '../../../posix/socket-pair.ts';

/** More bytes than one at once are one signal. */
const BUFFER_BYTES = 64;

/** One end of a pair of sockets on which each side wakes the other; bytes mean nothing. */
export class SignalSocket {
  readonly #libc: Libc;
  readonly #fd: number;
  readonly #socket: Socket;

  constructor(libc: Libc, fd: number, onSignal: () => void) {
    this.#libc = libc;
    this.#fd = fd;
    const callback = (): boolean => {
      onSignal();
      return true;
    };
    const onread = { buffer: Buffer.alloc(BUFFER_BYTES), callback };
    this.#socket = new Socket({ fd, readable: true, writable: false, onread });
    // The other side is gone: its end is noticed elsewhere.
    this.#socket.on('error', () => this.#socket.destroy());
    this.#socket.unref();
  }

  /** Wakes the other side. */
  wake(): void {
    if (!this.#socket.destroyed) wake(this.#libc, this.#fd);
  }

  close(): void {
    this.#socket.destroy();
  }
}
