import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

import { readAnswerHead, requestText } from './http-answer.ts';
import type { Ending } from './latency-record.ts';

type End = (ending: Ending) => void;

interface Connection {
  socket: Socket;
  text: string;
  end: End;
}

interface Waiting {
  text: string;
  end: End;
}

/** Who is told of each request. */
export interface Recorder {
  /** `dueAt`: in milliseconds; the function that is returned ends it. */
  begin(dueAt: number): End;
}

/**
 * A client with connections that stay open: a request takes an idle one or waits for it. One that
 * the service closes is replaced.
 */
export class KeptConnections {
  readonly #request: string;
  readonly #port: number;
  readonly #all = new Set<Connection>();
  #idle: Connection[] = [];
  #isOver = false;
  readonly #waiting: Waiting[] = [];

  private constructor({ port, path }: { port: number; path: string }) {
    this.#port = port;
    this.#request = requestText(path, 'keep-alive');
  }

  /** Resolves when all are open, one after the other. `everyMs`: the pause between two. */
  static async open(
    { port, path }: { port: number; path: string },
    count: number,
    { everyMs = 0 } = {},
  ): Promise<KeptConnections> {
    const client = new KeptConnections({ port, path });
    for (let i = 0; i < count; i++) {
      const socket = client.#connect();
      // oxlint-disable-next-line no-await-in-loop -- one after the other spreads them evenly
      await once(socket, 'connect');
      // oxlint-disable-next-line no-await-in-loop -- the pause is the point
      if (everyMs > 0) await wait(everyMs);
    }
    return client;
  }

  /** `dueAt`: when it should have been called, in milliseconds. */
  request(dueAt: number, record: Recorder, text = this.#request): void {
    const end = record.begin(dueAt);
    // The one that was idle longest: all are used alike.
    const connection = this.#idle.shift();
    if (connection === undefined) this.#waiting.push({ text, end });
    else send(connection, { text, end });
  }

  destroy(): void {
    this.#isOver = true;
    for (const { socket } of this.#all) socket.destroy();
  }

  #connect(): Socket {
    const socket = connect({ port: this.#port, host: '127.0.0.1', noDelay: true });
    const connection: Connection = { socket, text: '', end: () => undefined };
    this.#all.add(connection);
    socket.setEncoding('latin1');
    socket.once('connect', () => this.#takeNext(connection));
    socket.on('data', (chunk: string) => this.#receive(connection, chunk));
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.#replace(connection));
    return socket;
  }

  #replace(connection: Connection): void {
    connection.end('lost');
    this.#all.delete(connection);
    this.#idle = this.#idle.filter((one) => one !== connection);
    if (!this.#isOver) this.#connect();
  }

  /** Does the next request that waits, or becomes idle. */
  #takeNext(connection: Connection): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#idle.push(connection);
    else send(connection, next);
  }

  #receive(connection: Connection, chunk: string): void {
    connection.text += chunk;
    const head = readAnswerHead(connection.text);
    if (head === undefined || connection.text.length < head.length) return;
    connection.text = '';
    const { end } = connection;
    connection.end = () => undefined;
    end(head.status);
    if (!head.isLast) this.#takeNext(connection);
  }
}

function send(connection: Connection, { text, end }: Waiting): void {
  connection.end = end;
  connection.socket.write(text);
}
