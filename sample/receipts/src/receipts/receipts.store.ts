import { constants, mkdirSync } from 'node:fs';
import { access, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { Injectable, Logger, type OnApplicationShutdown, type Provider } from '@nestjs/common';
import { Context } from 'nestjs-buttress/context';
import { Timed } from 'nestjs-buttress/stats';
import { IoBound } from 'nestjs-buttress/threads';

import { type NewReceipt, newReceipt, type Receipt } from './receipt.ts';
import type { Receipts, ReceiptsSummary } from './receipts.ts';

/**
 * Receipts in SQLite, whose calls are synchronous: they run in threads for work that blocks. Every
 * thread of every worker opens the same file: WAL lets them read while one writes.
 */
@Injectable()
export class ReceiptsStore implements Receipts, OnApplicationShutdown {
  readonly #log = new Logger(ReceiptsStore.name);
  readonly #dataDir: string;
  readonly #context: Context;
  #database: DatabaseSync | undefined;

  constructor(dataDir: string, context: Context) {
    this.#dataDir = dataDir;
    this.#context = context;
  }

  @Timed('receipts.add', { help: 'Time to store a receipt' })
  @IoBound()
  async add(given: NewReceipt): Promise<Receipt> {
    // Nobody waits for a request whose time is up.
    this.#context.throwIfAborted();
    const receipt = newReceipt(given);
    this.#open()
      .prepare('INSERT INTO receipts (id, content) VALUES (?, ?)')
      .run(receipt.id, JSON.stringify(receipt));
    this.#log.debug({ receiptId: receipt.id, items: given.items.length }, 'stored');
    return receipt;
  }

  @Timed('receipts.find', { help: 'Time to find a receipt' })
  @IoBound()
  async find(id: string): Promise<Receipt | undefined> {
    const row = this.#open().prepare('SELECT content FROM receipts WHERE id = ?').get(id);
    return row === undefined ? undefined : (JSON.parse(String(row['content'])) as Receipt);
  }

  /** How many there are, and the largest of them. */
  @IoBound()
  async summary(): Promise<ReceiptsSummary> {
    const database = this.#open();
    const row = database.prepare('SELECT count(*) AS stored FROM receipts').get();
    const rows = database
      .prepare("SELECT content FROM receipts ORDER BY content ->> '$.totalAmount' DESC LIMIT 10")
      .all();
    const largest = rows.map(({ content }) => JSON.parse(String(content)) as Receipt);
    return { stored: Number(row?.['stored'] ?? 0), largest };
  }

  /** Looks at the directory only: a query would keep a thread of every worker for its checks. */
  async check(): Promise<void> {
    await mkdir(this.#dataDir, { recursive: true });
    await access(this.#dataDir, constants.R_OK | constants.W_OK);
  }

  onApplicationShutdown(): void {
    this.#database?.close();
  }

  /** Only where it is used: in threads. */
  #open(): DatabaseSync {
    return (this.#database ??= openDatabase(this.#dataDir));
  }
}

/** The store, in a worker and in its threads. */
export function sqlite(dataDir: string): Provider {
  return {
    provide: ReceiptsStore,
    inject: [Context],
    useFactory: (context: Context) => new ReceiptsStore(dataDir, context),
  };
}

function openDatabase(dataDir: string): DatabaseSync {
  mkdirSync(dataDir, { recursive: true });
  const database = new DatabaseSync(join(dataDir, 'receipts.db'), { timeout: 5_000 });
  database.exec(`
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = NORMAL;
    CREATE TABLE IF NOT EXISTS receipts (id TEXT PRIMARY KEY, content TEXT NOT NULL) STRICT;
  `);
  return database;
}
