import { once } from 'node:events';
import { createSecureServer, createServer, type Http2Server } from 'node:http2';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

import { describe, expect, it, onTestFinished } from 'vitest';

import { ConnectionTable } from '../../../../lib/cluster/worker/connection-table.ts';
import { trackRequests } from '../../../../lib/cluster/worker/track-requests.ts';
import { processClock } from '../../../../lib/common/clock.ts';
import { CERTIFICATE, KEY } from '../../../fixtures/self-signed.ts';
import {
  FRAME,
  type Frame,
  frame,
  framesIn,
  getRoot,
  PREFACE,
} from '../../../support/http2-frames.ts';
import { until } from '../../../support/until.ts';

/** Names no stream: the client begins nothing new, and all that it has begun is answered. */
const NOTICE = 0x7fff_ffff;

const ACK = 0x01;

describe('The drain of an HTTP/2 session', () => {
  it('R9 is announced first, serves requests on their way, and then names the last that is answered', async () => {
    const { table, client } = await connected(createServer(answer), connect);
    client.socket.write(getRoot(1));
    await until('an answer', () => client.frames().some(isHeadersOf(1)));
    table.startDrain();
    await until('PING', () => pings(client.frames()).length > 0);
    expect(goaways(client.frames())).toEqual([NOTICE]);
    // Begun before the notice arrived.
    client.socket.write(getRoot(3));
    await until('the answer of one on its way', () => client.frames().some(isHeadersOf(3)));
    client.acknowledgePings();
    await until('GOAWAY', () => goaways(client.frames()).length > 1);
    client.socket.write(getRoot(5));
    table.closeIdle(0);
    await once(client.socket, 'close');
    expect(new Set(goaways(client.frames()))).toEqual(new Set([NOTICE, 3]));
    expect(client.frames().some(isHeadersOf(5))).toBe(false);
  });

  it('R9 waits over TLS for the answer to a PING, and serves what comes before it', async () => {
    const server = createSecureServer({ key: KEY, cert: CERTIFICATE }, answer);
    const { table, client } = await connected(server, (port, host) =>
      connectTls({ port, host, ca: CERTIFICATE, ALPNProtocols: ['h2'] }),
    );
    client.socket.write(getRoot(1));
    await until('an answer', () => client.frames().some(isHeadersOf(1)));
    table.startDrain();
    await until('PING', () => pings(client.frames()).length > 0);
    client.socket.write(getRoot(3));
    client.acknowledgePings();
    await until('GOAWAY', () => goaways(client.frames()).length > 0);
    expect(goaways(client.frames())).toEqual([3]);
    await until('the answer of one on its way', () => client.frames().some(isHeadersOf(3)));
  });

  it('R9 does not depend on a client that answers no PING', async () => {
    const { table, client } = await connected(createServer(answer), connect);
    client.socket.write(getRoot(1));
    await until('an answer', () => client.frames().some(isHeadersOf(1)));
    table.startDrain();
    await until('GOAWAY', () => goaways(client.frames()).length > 1);
    expect(goaways(client.frames())).toEqual([NOTICE, 1]);
  });

  it('R9 reaches sessions that begin meanwhile', async () => {
    const { table, client } = await connected(createServer(answer), connect, (draining) => {
      draining.startDrain();
    });
    client.socket.write(getRoot(1));
    await until('a notice', () => goaways(client.frames()).includes(NOTICE));
    // RFC 9113, section 3.4: nothing may come before them.
    expect(client.frames()[0]?.type).toBe(FRAME.SETTINGS);
    await until('an answer', () => client.frames().some(isHeadersOf(1)));
    table.destroyAll();
  });
});

interface RawClient {
  socket: Socket;
  frames: () => Frame[];
  acknowledgePings: () => void;
}

function answer(_request: unknown, response: { end: () => unknown }): void {
  response.end();
}

async function connected(
  server: Http2Server | ReturnType<typeof createSecureServer>,
  open: (port: number, host: string) => Socket,
  prepare: (table: ConnectionTable) => void = () => undefined,
): Promise<{ table: ConnectionTable; client: RawClient }> {
  const table = new ConnectionTable({
    clock: processClock,
    maxConnections: 10,
    onRoom: () => undefined,
  });
  trackRequests(server, table);
  prepare(table);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const socket = open((server.address() as AddressInfo).port, '127.0.0.1');
  onTestFinished(() => {
    socket.destroy();
    server.close();
  });
  let bytes: Buffer = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => (bytes = Buffer.concat([bytes, chunk])));
  socket.on('error', () => undefined);
  socket.write(Buffer.concat([PREFACE, frame(FRAME.SETTINGS)]));
  const frames = (): Frame[] => framesIn(bytes);
  const acknowledgePings = (): void => {
    for (const { payload } of pings(frames())) {
      socket.write(frame(FRAME.PING, { flags: ACK, payload }));
    }
  };
  return { table, client: { socket, frames, acknowledgePings } };
}

function isHeadersOf(number: number): (one: Frame) => boolean {
  return ({ type, stream }) => type === FRAME.HEADERS && stream === number;
}

function pings(frames: readonly Frame[]): Frame[] {
  return frames.filter(({ type }) => type === FRAME.PING);
}

/** The last stream that each GOAWAY names. */
function goaways(frames: readonly Frame[]): number[] {
  return frames
    .filter(({ type }) => type === FRAME.GOAWAY)
    .map(({ payload }) => payload.readUInt32BE(0));
}
