import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { Redis } from 'ioredis';
import { ConnectionManager } from 'nestjs-buttress';
import { redisConnector } from 'nestjs-buttress/clients/ioredis';

import type { Receipt } from './receipt.ts';

/** How long a receipt is kept, in seconds. */
const KEEP_SECONDS = 300;

/** Time for an answer, in milliseconds: a cache that is slower than what it spares is none. */
const ANSWER_MS = 200;

/** Receipts that were read, in Redis, with `REDIS_URL`: where it is, is the service `cache`. */
@Injectable()
export class ReceiptsCache implements OnApplicationShutdown {
  readonly #log = new Logger(ReceiptsCache.name);
  readonly #redis: Redis;

  constructor(connections: ConnectionManager) {
    this.#redis = new Redis({
      Connector: redisConnector(connections, 'cache'),
      commandTimeout: ANSWER_MS,
      maxRetriesPerRequest: 1,
      // Without a connection there is nothing in it.
      enableOfflineQueue: false,
    });
    this.#redis.on('error', (error: Error) => this.#log.debug(error.message));
  }

  /** What is cached, else what `find` finds, which is cached then. */
  async read(id: string, find: () => Promise<Receipt | undefined>): Promise<Receipt | undefined> {
    const cached = await this.#redis.get(key(id)).catch(() => null);
    if (cached !== null) return JSON.parse(cached) as Receipt;
    const receipt = await find();
    if (receipt !== undefined) this.#keep(receipt);
    return receipt;
  }

  onApplicationShutdown(): void {
    this.#redis.disconnect();
  }

  /** Nobody waits for it. */
  #keep(receipt: Receipt): void {
    const kept = this.#redis.set(key(receipt.id), JSON.stringify(receipt), 'EX', KEEP_SECONDS);
    kept.catch(() => undefined);
  }
}

function key(id: string): string {
  return `receipt:${id}`;
}
