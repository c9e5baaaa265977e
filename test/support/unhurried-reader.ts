import { connect, type Socket } from 'node:net';

import { onTestFinished } from 'vitest';

import { requestText } from './raw-connection.ts';

/** A client that reads its answer when it is told to. It ends with the test. */
export class UnhurriedReader {
  readonly #socket: Socket;
  #bytes = 0;
  #isClosed = false;

  constructor(port: number, path: string) {
    this.#socket = connect(port, '127.0.0.1');
    this.#socket.on('error', () => undefined);
    this.#socket.once('close', () => (this.#isClosed = true));
    this.#socket.pause().write(requestText(path));
    onTestFinished(() => void this.#socket.destroy());
  }

  /** Read so far. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Whether it has seen the end of the connection, for which it has to read on. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Reads about so much, at once or as it comes. */
  read(bytes: number): void {
    let left = bytes;
    const take = (chunk: Buffer): void => {
      this.#bytes += chunk.length;
      left -= chunk.length;
      if (left > 0) return;
      this.#socket.off('data', take);
      this.#socket.pause();
    };
    this.#socket.on('data', take);
    this.#socket.resume();
  }
}
