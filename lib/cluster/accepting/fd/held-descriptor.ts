import { Socket } from 'node:net';

import type { Libc } from '../../../posix/libc.ts';
import type { Held } from '../../protocol/transport.ts';

/** An accepted connection as a plain descriptor. */
export class HeldDescriptor implements Held {
  readonly fd: number;
  readonly #libc: Libc;
  #isOurs = true;

  constructor(libc: Libc, fd: number) {
    this.#libc = libc;
    this.fd = fd;
  }

  release(): void {
    if (!this.#isOurs) return;
    this.#isOurs = false;
    this.#libc.close(this.fd);
  }

  toSocket(): Socket {
    this.#isOurs = false;
    const socket = new Socket({ fd: this.fd, readable: true, writable: true, allowHalfOpen: true });
    // Node itself destroys the socket after an error.
    return socket.on('error', () => undefined);
  }
}
