import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { type Context, Timed } from 'nestjs-buttress';

import { type NewReceipt, type Receipt, totalAmount } from './receipt.ts';

/** Receipts in SQLite. Every worker opens the same file: WAL lets them read while one writes. */
@Injectable()
export class ReceiptsStore implements OnApplicationShutdown {
  readonly #log = new Logger(ReceiptsStore.name);
  readonly #database: DatabaseSync;
  readonly #context: Context;

  constructor(dataDir: string, context: Context) {
    this.#context = context;
    mkdirSync(dataDir, { recursive: true });
    this.#database = new DatabaseSync(join(dataDir, 'receipts.db'), { timeout: 5_000 });
    this.#database.exec(`
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = NORMAL;
      CREATE TABLE IF NOT EXISTS receipts (id TEXT PRIMARY KEY, content TEXT NOT NULL) STRICT;
    `);
  }

  @Timed('receipts.add', { help: 'Time to store a receipt' })
  add(given: NewReceipt): Receipt {
    // Nobody waits for a request whose time is up.
    this.#context.throwIfAborted();
    const receipt: Receipt = {
      id: randomUUID(),
      ...given,
      totalAmount: totalAmount(given),
      createdAt: new Date().toISOString(),
    };
    this.#database
      .prepare('INSERT INTO receipts (id, content) VALUES (?, ?)')
      .run(receipt.id, JSON.stringify(receipt));
    this.#log.debug({ receiptId: receipt.id, items: given.items.length }, 'stored');
    return receipt;
  }

  @Timed('receipts.find', { help: 'Time to find a receipt' })
  find(id: string): Receipt | undefined {
    const row = this.#database.prepare('SELECT content FROM receipts WHERE id = ?').get(id);
    return row === undefined ? undefined : (JSON.parse(String(row['content'])) as Receipt);
  }

  onApplicationShutdown(): void {
    this.#database.close();
  }
}
