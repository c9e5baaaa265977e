import { pgStream } from 'nestjs-buttress/clients/pg';
import { Pool } from 'pg';
import { describe } from 'vitest';

import { itKeepsTheContract, type Session } from './support/contract.ts';
import { isMissing } from './support/servers.ts';

const POSTGRES = { name: 'PostgreSQL', port: 5_432 };

/** A pool as applications have it. */
function session(pool: Pool): Session {
  // A pool tells of connections that it loses while nobody uses them.
  pool.on('error', () => undefined);
  return {
    async ask(n) {
      const { rows } = await pool.query<{ n: number }>('select $1::int as n', [n]);
      return rows[0]?.n ?? NaN;
    },
    async carry(bytes) {
      const { rows } = await pool.query<{ bytes: Buffer }>('select $1::bytea as bytes', [bytes]);
      return rows[0]?.bytes ?? Buffer.alloc(0);
    },
    close: () => pool.end(),
  };
}

describe.skipIf(await isMissing(POSTGRES))('pg', () => {
  itKeepsTheContract({
    port: POSTGRES.port,
    open: async (dialer, service) => {
      const stream = pgStream(dialer, service);
      const limits = { connectionTimeoutMillis: 5_000, query_timeout: 20_000, max: 2 };
      return session(new Pool({ stream, user: 'postgres', database: 'test', ...limits }));
    },
  });
});
