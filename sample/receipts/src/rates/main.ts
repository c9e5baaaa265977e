import { createServer } from 'node:http';

import { rateOf } from './rates.table.ts';

/**
 * A tiny service that the receipts depend on: `GET /EUR/USD` answers what to multiply by. Start two
 * of them, `node dist/rates/main.js PORT`, and stop one.
 */
const port = Number(process.argv[2] ?? 3010);

const server = createServer((request, response) => {
  const [, from = '', to = ''] = (request.url ?? '').split('/');
  const rate = rateOf(from, to);
  response.writeHead(rate === undefined ? 404 : 200, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ from, to, rate, by: port }));
});

server.listen(port, '127.0.0.1');
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    server.close();
    server.closeIdleConnections();
  });
}
