import { Socket } from 'node:net';

import { encodeFrame, FrameDecoder } from '../../channel/frames.ts';
import type { PrimaryMessage, WorkerMessage } from './control-messages.ts';

/** Descriptor of the control pipe in a worker. */
export const CONTROL_FD = 3;

/** Largest control frame. */
export const MAX_CONTROL_FRAME_BYTES = 64 * 1024;

/** Unsent bytes beyond which beats are skipped, because the primary does not read. */
const MAX_WAITING_BYTES = 64 * 1024;

/**
 * The worker's end of the control pipe. A separate channel, because on Node's the primary's
 * messages wait behind a handle that a blocked worker has not acknowledged.
 */
export class ControlPipe {
  readonly #socket = new Socket({ fd: CONTROL_FD, readable: true, writable: true });
  readonly #decoder = new FrameDecoder(MAX_CONTROL_FRAME_BYTES);

  constructor(onMessage: (message: PrimaryMessage) => void) {
    this.#socket.unref();
    this.#socket.on('error', () => this.#socket.destroy());
    this.#socket.on('data', (chunk: Buffer) => {
      for (const message of this.#decoder.push(chunk)) onMessage(message as PrimaryMessage);
    });
  }

  send(message: WorkerMessage): void {
    if (!this.#socket.writable) return;
    if (message.kind === 'beat' && this.#socket.writableLength > MAX_WAITING_BYTES) return;
    this.#socket.write(encodeFrame(message));
  }
}
