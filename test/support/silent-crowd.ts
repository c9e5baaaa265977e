import { connect, type Socket } from 'node:net';

import { onTestFinished } from 'vitest';

/** Clients that send a few bytes, if any, and stay for as long as they are let. They end with the test. */
export class SilentCrowd {
  readonly #sockets: readonly Socket[];
  readonly #open = new Set<Socket>();

  constructor(port: number, count: number, bytes: string | Buffer) {
    this.#sockets = Array.from({ length: count }, () => {
      const socket = connect({ port, host: '127.0.0.1' });
      this.#open.add(socket);
      socket.on('error', () => undefined);
      socket.once('close', () => this.#open.delete(socket));
      socket.resume().write(bytes);
      return socket;
    });
    onTestFinished(() => {
      for (const socket of this.#sockets) socket.destroy();
    });
  }

  /** Those who are connected, or were let go: nobody is on the way any more. */
  get haveAllCome(): boolean {
    return this.#sockets.every(({ connecting }) => !connecting);
  }

  /** Those whom nobody has closed yet. */
  get remaining(): number {
    return this.#open.size;
  }
}
