import { createPool, type RowDataPacket } from 'mysql2/promise';
import { mysql2Stream } from 'nestjs-buttress/clients/mysql2';
import { describe } from 'vitest';

import { itKeepsTheContract } from './support/contract.ts';
import { isMissing } from './support/servers.ts';

const MARIADB = { name: 'MariaDB', port: 3_306 };

const TIMEOUT_MS = 1_500;

describe.skipIf(await isMissing(MARIADB))('mysql2', () => {
  itKeepsTheContract({
    port: MARIADB.port,
    open: async (dialer, service) => {
      const stream = mysql2Stream(dialer, service);
      const pool = createPool({ stream, user: 'root', database: 'test', connectionLimit: 2 });
      return {
        async ask(n) {
          const query = { sql: 'select ? as n', values: [n], timeout: TIMEOUT_MS };
          const [rows] = await pool.query<RowDataPacket[]>(query);
          return Number(rows[0]?.['n']);
        },
        async carry(bytes) {
          const [rows] = await pool.query<RowDataPacket[]>('select ? as bytes', [bytes]);
          return rows[0]?.['bytes'] as Buffer;
        },
        close: () => pool.end(),
      };
    },
  });
});
