import { Socket } from 'node:net';

import type { Libc } from '../../../posix/libc.ts';
import { wake } from '../../../posix/socket-pair.ts';

/** Several bytes read at once count as one signal. */
const BUFFER_BYTES = 64;

/** One end of a socket pair on which each side wakes the other; the bytes carry no data. */
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
    // The other side is gone, which is handled elsewhere.
    this.#socket.on('error', () => this.#socket.destroy());
    this.#socket.unref();
  }

  wake(): void {
    if (!this.#socket.destroyed) wake(this.#libc, this.#fd);
  }

  close(): void {
    this.#socket.destroy();
  }
}
