import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

import { readAnswerHead, requestText } from './http-answer.ts';
import type { Ending, LatencyRecord } from './latency-record.ts';

interface Connection {
  socket: Socket;
  text: string;
  end: (ending: Ending) => void;
}

type End = Connection['end'];

/** A client with connections that stay open: a request takes an idle one or waits for it. */
export class KeptConnections {
  readonly #request: string;
  readonly #record: LatencyRecord;
  readonly #all: Connection[] = [];
  readonly #idle: Connection[] = [];
  readonly #waiting: End[] = [];

  private constructor(path: string, record: LatencyRecord) {
    this.#request = requestText(path, 'keep-alive');
    this.#record = record;
  }

  /** Resolves when all are open. */
  static async open(
    { port, path }: { port: number; path: string },
    record: LatencyRecord,
    count: number,
  ): Promise<KeptConnections> {
    const client = new KeptConnections(path, record);
    for (let i = 0; i < count; i++) {
      const socket = connect({ port, host: '127.0.0.1', noDelay: true });
      // oxlint-disable-next-line no-await-in-loop -- one after the other spreads them evenly
      await once(socket, 'connect');
      client.#add(socket);
    }
    return client;
  }

  /** `dueAt`: when it should have been called, in milliseconds. */
  request(dueAt: number): void {
    const end = this.#record.begin(dueAt);
    // The one that was idle longest: all are used alike.
    const connection = this.#idle.shift();
    if (connection === undefined) this.#waiting.push(end);
    else this.#send(connection, end);
  }

  destroy(): void {
    for (const { socket } of this.#all) socket.destroy();
  }

  #add(socket: Socket): void {
    const connection: Connection = { socket, text: '', end: () => undefined };
    this.#all.push(connection);
    this.#idle.push(connection);
    socket.setEncoding('latin1');
    socket.on('data', (chunk: string) => this.#receive(connection, chunk));
    socket.on('error', () => socket.destroy());
    socket.on('close', () => connection.end('lost'));
  }

  #send(connection: Connection, end: End): void {
    connection.end = end;
    connection.socket.write(this.#request);
  }

  #receive(connection: Connection, chunk: string): void {
    connection.text += chunk;
    const head = readAnswerHead(connection.text);
    if (head === undefined || connection.text.length < head.length) return;
    connection.text = '';
    connection.end(head.status);
    const next = this.#waiting.shift();
    if (next === undefined) this.#idle.push(connection);
    else this.#send(connection, next);
  }
}
