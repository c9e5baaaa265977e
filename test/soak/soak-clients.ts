import { Agent, request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

import type { Random } from '../../bench/support/random.ts';

/** A request that got no answer. */
export interface Lost {
  at: number;
  why: string;
  /** The worker that answered on the same connection before; undefined: none did. */
  worker: number | undefined;
}

/** What clients saw. */
export interface SoakTally {
  sent: number;
  answered: number;
  refused: number;
  errors: number;
  connections: number;
  lost: Lost[];
}

/** Clients that work a service as hard as they are told to, and note what became of every request. */
export class SoakClients {
  readonly tally: SoakTally = {
    sent: 0,
    answered: 0,
    refused: 0,
    errors: 0,
    connections: 0,
    lost: [],
  };
  /** Rest of each client after an answer, in milliseconds. */
  restMs = 20;
  readonly #port: number;
  readonly #random: Random;
  readonly #workerOf = new WeakMap<Socket, number>();
  readonly #counted = new WeakSet<Socket>();
  #isStopped = false;

  constructor(port: number, random: Random) {
    this.#port = port;
    this.#random = random;
  }

  /** Resolves when all have stopped. */
  async run(clients: number): Promise<void> {
    await Promise.all(Array.from({ length: clients }, (_, index) => this.#client(index)));
  }

  stop(): void {
    this.#isStopped = true;
  }

  /** One that misbehaves: leaves early, sends nonsense, or is slow. */
  misbehave(): void {
    const socket = connect(this.#port, '127.0.0.1');
    this.#count(socket);
    socket.on('error', () => undefined).resume();
    const kind = Math.floor(this.#random() * 4);
    const head = 'GET /lab/sleep?ms=500 HTTP/1.1\r\nHost: soak\r\n';
    socket.write([`${head}\r\n`, 'nonsense\r\n\r\n', head, ''][kind] ?? '');
    setTimeout(() => socket.resetAndDestroy(), 100 + this.#random() * 2_000);
  }

  async #client(index: number): Promise<void> {
    // Every fourth makes a new connection for each request.
    const agent = new Agent({ keepAlive: index % 4 !== 0, maxSockets: 1 });
    while (!this.#isStopped) {
      // oxlint-disable-next-line no-await-in-loop -- one after another is the point
      await this.#ask(agent);
      // oxlint-disable-next-line no-await-in-loop -- one after another is the point
      await sleep(this.restMs * (0.5 + this.#random()));
    }
    agent.destroy();
  }

  #ask(agent: Agent): Promise<void> {
    const { tally } = this;
    const path = this.#random() < 0.8 ? '/lab/work?ms=3' : '/lab/sleep?ms=50';
    tally.sent++;
    return new Promise((resolve) => {
      let own: Socket | undefined;
      const lose = (why: string): void => {
        const worker = own === undefined ? undefined : this.#workerOf.get(own);
        tally.lost.push({ at: Date.now(), why, worker });
        resolve();
      };
      const about = { host: '127.0.0.1', port: this.#port, path, agent, timeout: 60_000 };
      const sent = request(about, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.once('close', () => {
          if (!response.complete) return lose('the answer broke off');
          this.#note(response.statusCode ?? 0, Buffer.concat(chunks).toString(), own);
          resolve();
        });
      });
      sent.once('socket', (socket) => {
        own = socket;
        this.#count(socket);
      });
      sent.once('error', (error: NodeJS.ErrnoException) => lose(error.code ?? error.message));
      sent.once('timeout', () => sent.destroy(new Error('no answer in a minute')));
      sent.end();
    });
  }

  #note(status: number, body: string, socket: Socket | undefined): void {
    if (status === 503) this.tally.refused++;
    else if (status !== 200) this.tally.errors++;
    else {
      this.tally.answered++;
      const { pid } = JSON.parse(body) as { pid: number };
      if (socket !== undefined) this.#workerOf.set(socket, pid);
    }
  }

  #count(socket: Socket): void {
    if (this.#counted.has(socket)) return;
    this.#counted.add(socket);
    socket.once('connect', () => this.tally.connections++);
  }
}
