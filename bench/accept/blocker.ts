import { once } from 'node:events';
import { type ClientRequest, get, type IncomingMessage } from 'node:http';

/** Until the first block has begun, in milliseconds. */
const BEGIN_MS = 100;

/** How long each block takes, in milliseconds. */
const BLOCK_MS = 2_000;

/**
 * Keeps one worker blocked, whichever gets the request: when one block ends, the next begins.
 * These requests come from here, hence they are in no load generator's figures.
 */
export class Blocker {
  readonly #url: string;
  #isStopped = false;
  #request: ClientRequest | undefined;

  constructor(url: string) {
    this.#url = `${url}?ms=${BLOCK_MS}`;
  }

  /** Resolves when the first block has begun. */
  async start(): Promise<void> {
    this.#block();
    const { promise, resolve } = Promise.withResolvers<void>();
    setTimeout(resolve, BEGIN_MS);
    await promise;
  }

  /** Resolves when nothing is blocked any more. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    if (this.#request !== undefined) await once(this.#request, 'close');
  }

  #block(): void {
    const request = get(this.#url, { agent: false }, (response: IncomingMessage) => {
      response.resume();
    });
    this.#request = request;
    // A block that failed is followed by another, like one that ended.
    request.on('error', () => undefined);
    request.on('close', () => {
      this.#request = undefined;
      if (!this.#isStopped) this.#block();
    });
  }
}
