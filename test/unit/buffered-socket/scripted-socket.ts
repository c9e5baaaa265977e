import { Duplex, duplexPair } from 'node:stream';

import type { BufferedSocketOptions } from '../../../lib/buffered-socket/buffered-socket.options.ts';
import { BufferedSocket } from '../../../lib/buffered-socket/buffered-socket.ts';

export interface ScriptedSocketOptions {
  /** Bytes that it takes before it lets writers wait. @default Infinity */
  room?: number;
  highWaterMark?: number;
}

/** A socket whose other side is the test. */
export class ScriptedSocket extends Duplex {
  readonly sent: Buffer[] = [];
  #room: number;
  #held: (() => void) | undefined;

  constructor({ room = Infinity, highWaterMark = 64 * 1024 }: ScriptedSocketOptions = {}) {
    super({ highWaterMark });
    this.#room = room;
  }

  get sentText(): string {
    return Buffer.concat(this.sent).toString();
  }

  /** The other side sends, in exactly these chunks. */
  receive(...chunks: readonly (string | Uint8Array)[]): this {
    for (const chunk of chunks) this.push(Buffer.from(chunk));
    return this;
  }

  /** The other side ends. */
  hangUp(): this {
    this.push(null);
    return this;
  }

  /** The other side reads so many bytes more. */
  makeRoom(bytes: number): void {
    this.#room += bytes;
    const held = this.#held;
    this.#held = undefined;
    held?.();
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: string, callback: () => void): void {
    this.sent.push(chunk);
    this.#room -= chunk.length;
    if (this.#room >= 0) callback();
    else this.#held = callback;
  }
}

/** A buffered socket, and the test's side of it. */
export function scripted(
  options?: BufferedSocketOptions,
  socketOptions?: ScriptedSocketOptions,
): { peer: ScriptedSocket; socket: BufferedSocket<ScriptedSocket> } {
  const peer = new ScriptedSocket(socketOptions);
  return { peer, socket: new BufferedSocket(peer, options) };
}

/** Two buffered sockets, each the other's other side. */
export function pair(options?: BufferedSocketOptions): [BufferedSocket, BufferedSocket] {
  const [near, far] = duplexPair();
  return [new BufferedSocket(near, options), new BufferedSocket(far, options)];
}

/** What has been given to sockets so far has come. */
export function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

/** Unlike `once`, does not mind an error before that. */
export function closed(socket: Duplex): Promise<void> {
  return new Promise((resolve) => {
    socket.once('close', () => resolve());
  });
}
