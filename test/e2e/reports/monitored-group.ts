import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';

import { freePort } from '../../support/free-port.ts';
import { startClients } from '../../support/kept-clients.ts';
import { requestText } from '../../support/raw-connection.ts';
import { endGroup, openGroup, PATIENT, type TestGroup } from '../../support/test-group.ts';
import { until } from '../../support/until.ts';
import { untilReporting } from './start-reporting-group.ts';

/** Longer than `blockedLoop.thresholdMs`. */
const BLOCK_MS = 400;

/** A group of all features, which has counted something in every metric. */
export interface MonitoredGroup {
  group: TestGroup;
  /** Where `/metrics` is. */
  target: string;
  close(): Promise<void>;
}

/** Starts a group whose owner closes it. */
export async function openMonitoredGroup(): Promise<MonitoredGroup> {
  const echo = await startEcho();
  const { port } = echo.address() as AddressInfo;
  const meta = { port: await freePort(), allow: ['recycle'] as const };
  const group = await openGroup({
    app: 'monitored.app',
    options: { workers: 2, meta, acceptQueue: PATIENT },
    env: { ECHO: `127.0.0.1:${port}` },
  });
  const close = async (): Promise<void> => {
    await endGroup(group);
    echo.close();
  };
  await untilReporting(group, 2);
  return { group, target: `127.0.0.1:${meta.port}`, close };
}

/** Makes events that a quiet group does not have: a replacement, a block, refusals, failures. */
export async function makeEvents(group: TestGroup): Promise<void> {
  const [first] = await group.workers();
  await group.post('/api/v1/operations/recycle', { worker: first?.id }, {});
  await until('another worker', async () => {
    const [now] = await group.workers();
    return now?.id !== first?.id && now?.state === 'READY';
  });
  group.connect().send(requestText(`/block/${BLOCK_MS}`));
  const crowd = Array.from({ length: 8 }, () => group.get('/narrow'));
  await Promise.all([...crowd, group.get('/broken'), group.get('/fail')]);
}

/** Asks again and again, whatever is answered, until the returned function is called. */
export function keepAsking(group: TestGroup): () => Promise<void> {
  const asked = startClients({ port: group.port, path: '/all', clients: 2, keepAlive: false });
  return async () => void (await asked.stop());
}

/** Answers with what it is sent; `break` breaks the connection. */
async function startEcho(): Promise<Server> {
  const server = createServer((socket) => {
    socket
      .on('error', () => undefined)
      .on('data', (data: Buffer) => {
        if (data.toString() === 'break') socket.resetAndDestroy();
        else socket.write(data);
      });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}
