import { Socket } from 'node:net';

/** Several rings read at once count as one. */
const BUFFER_BYTES = 64;

/** A worker's end of the pair on which the primary's thread rings it. */
export class Bell {
  readonly #socket: Socket;

  constructor(fd: number, onRing: () => void) {
    const callback = (): boolean => {
      onRing();
      return true;
    };
    const onread = { buffer: Buffer.alloc(BUFFER_BYTES), callback };
    this.#socket = new Socket({ fd, readable: true, writable: false, onread });
    // The primary is gone, which is handled elsewhere.
    this.#socket.on('error', () => this.#socket.destroy());
    this.#socket.unref();
  }

  close(): void {
    this.#socket.destroy();
  }
}
