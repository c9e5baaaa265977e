import { once } from 'node:events';
import { createServer, type Http2Server } from 'node:http2';
import { type AddressInfo, connect, type Socket } from 'node:net';

import { expect, it, onTestFinished } from 'vitest';

import { ConnectionTable } from '../../../../lib/cluster/worker/connection-table.ts';
import { trackRequests } from '../../../../lib/cluster/worker/track-requests.ts';
import { processClock } from '../../../../lib/common/clock.ts';
import {
  FRAME,
  type Frame,
  frame,
  framesIn,
  getRoot,
  PREFACE,
} from '../../../support/http2-frames.ts';
import { until } from '../../../support/until.ts';

it('R9 GOAWAY names the last stream that is answered: Node ignores those that are on their way', async () => {
  const table = new ConnectionTable({
    clock: processClock,
    maxConnections: 10,
    onRoom: () => undefined,
  });
  const server = createServer((_request, response) => response.end());
  trackRequests(server, table);
  const client = await rawClient(server);
  client.socket.write(getRoot(1));
  await until('an answer', () => client.frames().some(isHeadersOf(1)));
  table.startDrain();
  // The client has not read it yet.
  client.socket.write(getRoot(3));
  await until('GOAWAY', () => goaways(client.frames()).length > 0);
  expect(goaways(client.frames())).toEqual([1]);
  table.closeIdle(0);
  await once(client.socket, 'close');
  expect(client.frames().some(isHeadersOf(3))).toBe(false);
  expect(new Set(goaways(client.frames()))).toEqual(new Set([1]));
});

async function rawClient(server: Http2Server): Promise<{ socket: Socket; frames: () => Frame[] }> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  onTestFinished(() => {
    socket.destroy();
    server.close();
  });
  let bytes = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => (bytes = Buffer.concat([bytes, chunk])));
  socket.on('error', () => undefined);
  socket.write(Buffer.concat([PREFACE, frame(FRAME.SETTINGS)]));
  return { socket, frames: () => framesIn(bytes) };
}

function isHeadersOf(number: number): (one: Frame) => boolean {
  return ({ type, stream }) => type === FRAME.HEADERS && stream === number;
}

/** The last stream that each GOAWAY names. */
function goaways(frames: readonly Frame[]): number[] {
  return frames
    .filter(({ type }) => type === FRAME.GOAWAY)
    .map(({ payload }) => payload.readUInt32BE(0));
}
