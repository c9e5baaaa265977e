import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { setImmediate as nextLoop } from 'node:timers/promises';

import { expect, it, onTestFinished } from 'vitest';

import { ConnectionTable } from '../../../../lib/cluster/worker/connection-table.ts';
import { drainConnections } from '../../../../lib/cluster/worker/drain.ts';
import { trackRequests } from '../../../../lib/cluster/worker/track-requests.ts';
import { monotonicClock } from '../../../../lib/common/clock.ts';
import { requestText } from '../../../support/raw-connection.ts';
import { until } from '../../../support/until.ts';

const LIMITS = {
  idleGraceMs: 100,
  streamGraceMs: 20_000,
  requestTimeoutMs: 20_000,
  killAfterMs: 20_000,
};

it('R44 a drain closes no connection whose request has arrived and is not read yet', async () => {
  const table = new ConnectionTable({
    clock: monotonicClock,
    maxConnections: 10,
    onRoom: () => undefined,
  });
  const server = createServer((_request, response) => response.end());
  trackRequests(server, table);
  server.prependListener('connection', (socket: Socket) => table.opened(socket, server));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
  const closed = once(client, 'close');
  let text = '';
  client.on('data', (chunk: Buffer) => (text += chunk.toString()));
  client.write(requestText('/first', 'keep-alive'));
  await until('an answer', () => text.includes('200 OK'));

  // From here the loop goes to its timers before it reads.
  await nextLoop();
  const drained = drainConnections({ table, limits: LIMITS, clock: monotonicClock });
  // It reaches the kernel at once. When the loop turns, the grace is over.
  client.write(requestText('/second', 'keep-alive'));
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 3 * LIMITS.idleGraceMs);
  await drained;
  await closed;
  expect(text.split('200 OK')).toHaveLength(3);
  expect(text.toLowerCase()).toContain('connection: close');
});
