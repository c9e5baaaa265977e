import { setTimeout as sleep } from 'node:timers/promises';

import { until } from '../../support/until.ts';
import type { Ask, Client } from './clients.ts';

/** A request without the answer that was due. */
export interface Failure {
  /** Stands in its path. */
  id: number;
  outcome: number | string;
}

export interface LoadResult {
  sent: number;
  failures: Failure[];
  longestMs: number;
}

const LOOK_EVERY_MS = 1;

const NO_ANSWER_MS = 30_000;

/** Each of so many requests is a POST where there are any: proxies repeat none. Every client sends some. */
const POST_EVERY = 5;

export interface LoadOptions {
  /** Take requests in turn. */
  clients: readonly Client[];
  /** Requests per second, of all clients together. */
  rate: number;
  hasPosts: boolean;
}

/** Requests at a fixed rate, whether answers come or not. */
export class SteadyLoad {
  readonly #clients: readonly Client[];
  readonly #outcomes: Promise<void>[] = [];
  readonly #result: LoadResult = { sent: 0, failures: [], longestMs: 0 };
  readonly #running: Promise<void>;
  readonly #hasPosts: boolean;
  #isStopped = false;

  constructor({ clients, rate, hasPosts }: LoadOptions) {
    this.#clients = clients;
    this.#hasPosts = hasPosts;
    this.#running = this.#run(rate / 1_000);
  }

  async untilSent(count: number): Promise<void> {
    await until(`${count} requests`, () => this.#result.sent >= count);
  }

  /** Resolves when every request has its outcome. */
  async stop(): Promise<LoadResult> {
    this.#isStopped = true;
    await this.#running;
    await Promise.all(this.#outcomes);
    for (const client of this.#clients) client.close();
    return this.#result;
  }

  async #run(perMs: number): Promise<void> {
    const startedAt = performance.now();
    while (!this.#isStopped) {
      const due = Math.floor((performance.now() - startedAt) * perMs);
      while (this.#result.sent < due) this.#outcomes.push(this.#send(this.#result.sent++));
      // oxlint-disable-next-line no-await-in-loop -- time passes in steps
      await sleep(LOOK_EVERY_MS);
    }
  }

  async #send(id: number): Promise<void> {
    const startedAt = performance.now();
    const client = this.#clients[id % this.#clients.length];
    const outcome = await Promise.race([client?.ask(this.#requestOf(id)), noAnswer()]);
    const { failures } = this.#result;
    if (outcome !== 200 && outcome !== 201) failures.push({ id, outcome: outcome ?? 'no client' });
    this.#result.longestMs = Math.max(this.#result.longestMs, performance.now() - startedAt);
  }

  #requestOf(id: number): Ask {
    const isPost = this.#hasPosts && id % POST_EVERY === 0;
    if (isPost) return { path: `/lab/upload?n=${id}`, body: 'a little text' };
    return { path: `/lab/sleep?ms=5&n=${id}` };
  }
}

async function noAnswer(): Promise<string> {
  await sleep(NO_ANSWER_MS, undefined, { ref: false });
  return `no answer in ${NO_ANSWER_MS} ms`;
}
