import { connect } from 'node:net';

import { readAnswerHead, requestText } from './http-answer.ts';
import type { Recorder } from './kept-connections.ts';

/** A client whose every request comes on a connection of its own. */
export class SingleConnections {
  readonly #port: number;
  readonly #request: string;

  constructor({ port, path }: { port: number; path: string }) {
    this.#port = port;
    this.#request = requestText(path, 'close');
  }

  /** `dueAt`: when it should have been called, in milliseconds. */
  request(dueAt: number, record: Recorder): void {
    const end = record.begin(dueAt);
    const socket = connect({ port: this.#port, host: '127.0.0.1', noDelay: true });
    let text = '';
    socket.setEncoding('latin1');
    socket.on('data', (chunk: string) => {
      text += chunk;
      const head = readAnswerHead(text);
      if (head !== undefined && text.length >= head.length) end(head.status);
    });
    socket.on('error', () => end('lost'));
    socket.on('close', () => end('lost'));
    socket.write(this.#request);
  }
}
