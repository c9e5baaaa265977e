import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

import { onTestFinished } from 'vitest';

import { freePort } from '../../support/free-port.ts';

/**
 * What is wrong with a path. `refuse`: nobody listens. `hang`: connections are taken, and nothing
 * comes through. `reset`: connections are taken and reset. `slow`: everything takes longer. `cut`:
 * of the next answer comes half, then the connection is reset.
 */
export type Fault = 'refuse' | 'hang' | 'reset' | 'slow' | 'cut';

export const FAULTS: readonly Fault[] = ['refuse', 'hang', 'reset', 'slow', 'cut'];

/** By which `slow` delays a piece, in each direction. */
const SLOW_MS = 40;

interface Link {
  near: Socket;
  far: Socket;
}

/** The way to a server, with a port of its own, which can be disturbed. Ends with the test. */
export class NetworkPath {
  /** Connections that were taken while nothing was wrong. */
  taken = 0;
  /** Bytes that came from the server. */
  bytes = 0;
  readonly port: number;
  readonly #target: number;
  readonly #links = new Set<Link>();
  #server: Server | undefined;
  #fault: Fault | undefined;

  private constructor(port: number, target: number) {
    this.port = port;
    this.#target = target;
  }

  static async to(target: number): Promise<NetworkPath> {
    const path = new NetworkPath(await freePort(), target);
    await path.#listen();
    onTestFinished(() => path.fail('refuse'));
    return path;
  }

  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  /** Connections that are open. */
  get open(): number {
    return this.#links.size;
  }

  /** From now on, and for what is open. */
  async fail(fault: Fault): Promise<void> {
    this.#fault = fault;
    if (fault === 'reset' || fault === 'refuse') this.drop();
    if (fault === 'refuse') await this.#stopListening();
  }

  /** Nothing is wrong any more; what was open under a fault is reset. */
  async heal(): Promise<void> {
    this.drop();
    this.#fault = undefined;
    if (this.#server === undefined) await this.#listen();
  }

  /** Fails for so long. */
  async restart(fault: Fault, forMs = 400): Promise<void> {
    await this.fail(fault);
    await sleep(forMs);
    await this.heal();
  }

  /** Resets what is open. */
  drop(): void {
    for (const { near, far } of this.#links) {
      reset(near);
      far.destroy();
    }
    this.#links.clear();
  }

  async #listen(): Promise<void> {
    this.#server = createServer({ allowHalfOpen: true }, (near) => this.#take(near));
    this.#server.listen(this.port, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  async #stopListening(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    server?.close();
    if (server?.listening === true) await once(server, 'close');
  }

  #take(near: Socket): void {
    near.on('error', ignore);
    if (this.#fault === 'reset') {
      reset(near);
      return;
    }
    if (this.#fault === undefined) this.taken++;
    const far = connect({ port: this.#target, host: '127.0.0.1', allowHalfOpen: true });
    const link = { near, far };
    this.#links.add(link);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      from.setNoDelay(true).on('data', (chunk: Buffer) => this.#carry(chunk, from, to, link));
      from.on('end', () => this.#fault !== 'hang' && to.end());
      from.on('error', ignore).on('close', () => {
        this.#links.delete(link);
        to.destroySoon();
      });
    }
  }

  #carry(chunk: Buffer, from: Socket, to: Socket, link: Link): void {
    const isAnswer = from === link.far;
    if (isAnswer) this.bytes += chunk.length;
    switch (this.#fault) {
      case undefined:
      case 'refuse':
      case 'reset':
        if (!to.write(chunk)) {
          from.pause();
          to.once('drain', () => from.resume());
        }
        return;
      case 'hang':
        return;
      case 'slow':
        setTimeout(() => to.write(chunk), SLOW_MS);
        return;
      case 'cut':
        if (isAnswer) to.write(chunk.subarray(0, chunk.length >> 1), () => reset(link.near));
        else to.write(chunk);
    }
  }
}

/** Node leaves a socket open for good that is reset while its end is under way. */
function reset(socket: Socket): void {
  if (socket.writableEnded) socket.destroy();
  else socket.resetAndDestroy();
}

function ignore(): void {}
