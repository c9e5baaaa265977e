import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { Injectable, type OnApplicationShutdown } from '@nestjs/common';

import { type NewReceipt, type Receipt, totalAmount } from './receipt.ts';

/** Receipts in SQLite. Every worker opens the same file: WAL lets them read while one writes. */
@Injectable()
export class ReceiptsStore implements OnApplicationShutdown {
  readonly #database: DatabaseSync;

  constructor(dataDir: string) {
    mkdirSync(dataDir, { recursive: true });
    this.#database = new DatabaseSync(join(dataDir, 'receipts.db'), { timeout: 5_000 });
    this.#database.exec(`
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = NORMAL;
      CREATE TABLE IF NOT EXISTS receipts (id TEXT PRIMARY KEY, content TEXT NOT NULL) STRICT;
    `);
  }

  add(given: NewReceipt): Receipt {
    const receipt: Receipt = {
      id: randomUUID(),
      ...given,
      totalAmount: totalAmount(given),
      createdAt: new Date().toISOString(),
    };
    this.#database
      .prepare('INSERT INTO receipts (id, content) VALUES (?, ?)')
      .run(receipt.id, JSON.stringify(receipt));
    return receipt;
  }

  find(id: string): Receipt | undefined {
    const row = this.#database.prepare('SELECT content FROM receipts WHERE id = ?').get(id);
    return row === undefined ? undefined : (JSON.parse(String(row['content'])) as Receipt);
  }

  onApplicationShutdown(): void {
    this.#database.close();
  }
}
