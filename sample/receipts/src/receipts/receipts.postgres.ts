import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { ConnectionManager, Timed } from 'nestjs-buttress';
import { pgStream } from 'nestjs-buttress/clients/pg';
import { Pool } from 'pg';

import type { DatabaseSettings } from '../settings.ts';
import { type NewReceipt, newReceipt, type Receipt } from './receipt.ts';
import type { Receipts, ReceiptsSummary } from './receipts.ts';

/** Injects what `DATABASE_URL` says. */
export const DATABASE = Symbol('database');

/** Time for a query, in milliseconds: within that of a request. */
const QUERY_MS = 5_000;

/** Connections of each worker. */
const CONNECTIONS = 10;

/** Receipts in PostgreSQL, with `DATABASE_URL`: where it is, is the service `db`. */
@Injectable()
export class PostgresReceipts implements Receipts, OnApplicationShutdown {
  readonly #pool: Pool;
  #isReady: Promise<unknown> | undefined;

  constructor(connections: ConnectionManager, @Inject(DATABASE) database: DatabaseSettings) {
    const { user, password, name } = database;
    this.#pool = new Pool({
      stream: pgStream(connections, 'db'),
      user,
      password,
      database: name,
      max: CONNECTIONS,
      query_timeout: QUERY_MS,
      connectionTimeoutMillis: QUERY_MS,
    });
    // A connection that is lost while nobody uses it is replaced.
    this.#pool.on('error', () => undefined);
  }

  @Timed('receipts.add', { help: 'Time to store a receipt' })
  async add(given: NewReceipt): Promise<Receipt> {
    await this.#ready();
    const receipt = newReceipt(given);
    await this.#pool.query('insert into receipts (id, content) values ($1, $2)', [
      receipt.id,
      JSON.stringify(receipt),
    ]);
    return receipt;
  }

  @Timed('receipts.find', { help: 'Time to find a receipt' })
  async find(id: string): Promise<Receipt | undefined> {
    await this.#ready();
    const { rows } = await this.#pool.query<{ content: Receipt }>(
      'select content from receipts where id = $1',
      [id],
    );
    return rows[0]?.content;
  }

  async summary(): Promise<ReceiptsSummary> {
    await this.#ready();
    const counted = await this.#pool.query<{ stored: string }>(
      'select count(*) as stored from receipts',
    );
    const { rows } = await this.#pool.query<{ content: Receipt }>(
      "select content from receipts order by (content ->> 'totalAmount')::numeric desc limit 10",
    );
    return {
      stored: Number(counted.rows[0]?.stored ?? 0),
      largest: rows.map(({ content }) => content),
    };
  }

  async check(): Promise<void> {
    await this.#pool.query('select 1');
  }

  async onApplicationShutdown(): Promise<void> {
    await this.#pool.end();
  }

  /** The table is there; tried again when it could not be made. */
  #ready(): Promise<unknown> {
    this.#isReady ??= this.#createTable().catch((error: unknown) => {
      this.#isReady = undefined;
      throw error;
    });
    return this.#isReady;
  }

  /** Of all workers one makes it; the others would fail if they tried meanwhile. */
  async #createTable(): Promise<void> {
    await this.#pool.query(`
      begin;
      select pg_advisory_xact_lock(hashtext('receipts'));
      create table if not exists receipts (id text primary key, content jsonb not null);
      commit
    `);
  }
}
