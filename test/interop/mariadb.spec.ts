import { createPool } from 'mariadb';
import { mariadbStream } from 'nestjs-buttress/clients/mariadb';
import { describe } from 'vitest';

import { itKeepsTheContract } from './support/contract.ts';
import { isMissing } from './support/servers.ts';

const MARIADB = { name: 'MariaDB', port: 3_306 };

describe.skipIf(await isMissing(MARIADB))('mariadb', () => {
  itKeepsTheContract({
    port: MARIADB.port,
    open: async (dialer, service) => {
      const stream = mariadbStream(dialer, service);
      const limits = { connectionLimit: 2, acquireTimeout: 3_000, socketTimeout: 20_000 };
      const pool = createPool({ stream, user: 'root', database: 'test', ...limits });
      return {
        async ask(n) {
          const rows = await pool.query<{ n: bigint | number }[]>('select ? as n', [n]);
          return Number(rows[0]?.n);
        },
        async carry(bytes) {
          const rows = await pool.query<{ bytes: Buffer }[]>('select ? as bytes', [bytes]);
          return rows[0]?.bytes ?? Buffer.alloc(0);
        },
        close: () => pool.end(),
      };
    },
  });
});
