import axios from 'axios';
import { got } from 'got';
import { Client as LdapClient } from 'ldapts';
import { createPool as createMariadbPool } from 'mariadb';
import { createPool as createMysqlPool } from 'mysql2/promise';
import type { ConnectionManager } from 'nestjs-buttress';
import { httpAgent } from 'nestjs-buttress/clients/http';
import { ldapConnection } from 'nestjs-buttress/clients/ldapts';
import { mariadbStream } from 'nestjs-buttress/clients/mariadb';
import { mysql2Stream } from 'nestjs-buttress/clients/mysql2';
import { natsConnect } from 'nestjs-buttress/clients/nats';
import { mailSocket } from 'nestjs-buttress/clients/nodemailer';
import { pgStream } from 'nestjs-buttress/clients/pg';
import { tediousConnector } from 'nestjs-buttress/clients/tedious';
import { serviceDispatcher } from 'nestjs-buttress/clients/undici';
import { createTransport } from 'nodemailer';
import { Client as PgClient } from 'pg';
import { Connection } from 'tedious';
import { fetch, request } from 'undici';
import { describe, expect, it } from 'vitest';

import { answerable } from '../../lib/common/http/problem-answers.filter.ts';
import { connectionsTo } from './support/connections.ts';

const MAIL = { from: 'a@example.com', to: 'b@example.com', subject: 'Receipt', text: 'Thanks' };

/** A first use of each client that connects for the request that asks. */
const USES: Readonly<Record<string, (connections: ConnectionManager) => Promise<unknown>>> = {
  undici: (connections) => request('http://x/', { dispatcher: serviceDispatcher(connections) }),
  fetch: (connections) => fetch('http://x/', { dispatcher: serviceDispatcher(connections) }),
  axios: (connections) => axios.get('http://x/', { httpAgent: httpAgent(connections, 'x') }),
  got: (connections) =>
    got('http://x/', { agent: { http: httpAgent(connections, 'x') }, retry: { limit: 0 } }).text(),
  pg: (connections) => new PgClient({ stream: pgStream(connections, 'x') }).connect(),
  mysql2: (connections) => createMysqlPool({ stream: mysql2Stream(connections, 'x') }).query('x'),
  mariadb: async (connections) => {
    const limits = { acquireTimeout: 500, initializationTimeout: 500, connectionLimit: 1 };
    const pool = createMariadbPool({ stream: mariadbStream(connections, 'x'), ...limits });
    return pool.query('x').finally(() => void pool.end());
  },
  nodemailer: (connections) =>
    createTransport({ host: 'x', getSocket: mailSocket(connections, 'x') }).sendMail(MAIL),
  ldapts: (connections) =>
    new LdapClient({ url: 'ldap://x', createConnection: ldapConnection(connections, 'x') }).bind(
      'cn=x',
      'secret',
    ),
  nats: (connections) => natsConnect(connections, 'x', { reconnect: false, timeout: 500 }),
  tedious: (connections) =>
    new Promise((resolve, reject) => {
      const connection = new Connection({
        server: 'x',
        options: { connector: tediousConnector(connections, 'x'), encrypt: false },
      });
      connection.connect((error) => (error === undefined ? resolve(undefined) : reject(error)));
    }),
};

describe('R43: a client that has no connection', () => {
  it.each(Object.entries(USES))(
    '%s fails with an error that a caller gets 503 for',
    async (_, use) => {
      const connections = connectionsTo({ x: { tiers: [['127.0.0.1:1']] } });
      const error = await use(connections).then(
        () => undefined,
        (failure: unknown) => failure,
      );
      expect(answerable(error)).toMatchObject({
        statusCode: 503,
        code: 'ERR_BUTTRESS_CONNECTION_REFUSED',
      });
    },
  );
});
