import { connect, type Socket } from 'node:net';

import { readAnswerHead, requestText } from './http-answer.ts';
import type { LatencyRecord } from './latency-record.ts';

/** A client whose every request comes on a connection of its own. */
export class SingleConnections {
  readonly #port: number;
  readonly #request: string;
  readonly #record: LatencyRecord;
  readonly #sockets = new Set<Socket>();

  constructor({ port, path }: { port: number; path: string }, record: LatencyRecord) {
    this.#port = port;
    this.#request = requestText(path, 'close');
    this.#record = record;
  }

  /** `dueAt`: when it should have been called, in milliseconds. */
  request(dueAt: number): void {
    const end = this.#record.begin(dueAt);
    const socket = connect({ port: this.#port, host: '127.0.0.1', noDelay: true });
    let text = '';
    this.#sockets.add(socket);
    socket.setEncoding('latin1');
    socket.on('data', (chunk: string) => {
      text += chunk;
      const head = readAnswerHead(text);
      if (head !== undefined && text.length >= head.length) end(head.status);
    });
    socket.on('error', () => end('lost'));
    socket.on('close', () => {
      this.#sockets.delete(socket);
      end('lost');
    });
    socket.write(this.#request);
  }

  destroy(): void {
    for (const socket of this.#sockets) socket.destroy();
  }
}
