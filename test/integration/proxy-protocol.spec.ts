import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import {
  connect as connectHttp2,
  createSecureServer,
  createServer as createHttp2Server,
} from 'node:http2';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, connect, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { text } from 'node:stream/consumers';
import { connect as connectTls, createServer as createTlsServer, type TLSSocket } from 'node:tls';

import { Controller, Get, Ip } from '@nestjs/common';
import { acceptProxyProtocol } from 'nestjs-buttress';
import { AdmissionModule } from 'nestjs-buttress/admission';
import { describe, expect, it, onTestFinished } from 'vitest';

import { CERTIFICATE, KEY } from '../fixtures/self-signed.ts';
import { type RunningApp, startApp, type StartAppOptions } from '../support/nest-app.ts';

@Controller()
class WhoController {
  @Get()
  who(@Ip() ip: string): string {
    return ip;
  }
}

const REQUEST = 'GET / HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n';
const HEADER = 'PROXY TCP4 192.0.2.7 10.0.0.1 12345 80\r\n';
const HEADER_V2 = Buffer.from('0d0a0d0a000d0a515549540a2111000cc00002070a00000130390050', 'hex');
const HEADERS = [
  ['version 1', HEADER],
  ['version 2', HEADER_V2],
] as const;
const TLS = { key: KEY, cert: CERTIFICATE };

function start(trust: string[], headerTimeoutMs = 20_000): Promise<RunningApp> {
  const adapter = { proxyProtocol: { trust, headerTimeoutMs } };
  return startApp({ controllers: [WhoController] }, { adapter });
}

async function send(port: number, ...parts: string[]): Promise<string> {
  const socket: Socket = connect(port, '127.0.0.1');
  socket.setNoDelay(true);
  socket.on('error', () => undefined);
  for (const part of parts) {
    socket.write(part);
    // oxlint-disable-next-line no-await-in-loop -- each in a segment of its own
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return text(socket).catch(() => '');
}

describe('the PROXY protocol', () => {
  it('gives the address that a trusted proxy tells, however the bytes come', async () => {
    const { port } = await start(['127.0.0.0/8']);
    expect(await send(port, HEADER + REQUEST)).toMatch(/192\.0\.2\.7$/);
    expect(await send(port, 'PROX', HEADER.slice(4), REQUEST)).toMatch(/192\.0\.2\.7$/);
  });

  it('cuts off a trusted proxy that sends no header, or nothing', async () => {
    const { port } = await start(['127.0.0.1'], 300);
    expect(await send(port, REQUEST)).toBe('');
    expect(await send(port)).toBe('');
  });

  it('believes no other client', async () => {
    const { port } = await start(['10.0.0.0/8']);
    expect(await send(port, REQUEST)).toMatch(/127\.0\.0\.1$/);
    expect(await send(port, HEADER + REQUEST)).toMatch(/^HTTP\/1\.1 400/);
  });

  it('names the option that is wrong', () => {
    expect(() => acceptProxyProtocol(createServer(), { trust: ['everybody'] })).toThrow(
      /proxyProtocol.trust\b.*'everybody'/,
    );
  });

  describe.each(HEADERS)('in %s', (_name, header) => {
    it.each([
      ['HTTPS', 'http/1.1', { https: TLS }],
      ['HTTP/2 over TLS', 'h2', { http2: true, https: TLS }],
      ['HTTP/1 at a server of HTTP/2', 'http/1.1', { http2: true, https: allowing1() }],
      ['HTTP/2 without TLS', 'h2c', { http2: true }],
    ] as const)(
      'R31 gives the address to `request.ip` and to what counts callers: %s',
      async (_what, protocol, options) => {
        const { port, callers } = await startCounting(options);
        expect(await askAs(port, header, protocol)).toMatch(/192\.0\.2\.7$/);
        expect(callers).toEqual(['192.0.2.7']);
      },
    );

    it.each([
      ['HTTPS', 'http/1.1', (answer: RequestListener) => createHttpsServer(TLS, answer)],
      [
        'HTTP/2 over TLS',
        'h2',
        (answer: RequestListener) => createSecureServer(TLS).on('request', answer as never),
      ],
      [
        'HTTP/2 without TLS',
        'h2c',
        (answer: RequestListener) => createHttp2Server().on('request', answer as never),
      ],
    ] as const)('R31 gives it to a server of one’s own: %s', async (_what, protocol, create) => {
      const server = create(({ socket }, response) => {
        response.end(`${socket.remoteAddress} ${socket.remotePort} ${socket.remoteFamily}`);
      });
      const port = await listening(acceptProxyProtocol(server, { trust: ['127.0.0.1'] }));
      expect(await askAs(port, header, protocol)).toMatch(/192\.0\.2\.7 12345 IPv4$/);
    });
  });

  it('R31 gives it to a server at a path, for all that connect to it, if that is trusted', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'proxy-protocol-'));
    onTestFinished(() => rmSync(directory, { recursive: true }));
    const answers = ['192.0.2.7', '400'].map(async (expected, index) => {
      const path = join(directory, `${index}`);
      const server = createServer(({ socket }, response) => response.end(socket.remoteAddress));
      const trust = index === 0 ? ['unix'] : ['127.0.0.1'];
      acceptProxyProtocol(server, { trust }).listen(path);
      await once(server, 'listening');
      onTestFinished(() => void server.close());
      const socket = connect(path);
      socket.end(HEADER + REQUEST);
      expect(await text(socket)).toContain(expected);
    });
    await Promise.all(answers);
  });

  it('R31 gives it to listeners for a handshake that failed', async () => {
    const server = createTlsServer(TLS);
    const failed = once(server, 'tlsClientError') as Promise<[Error, TLSSocket]>;
    const port = await listening(acceptProxyProtocol(server, { trust: ['127.0.0.1'] }));
    await send(port, HEADER, REQUEST);
    expect((await failed)[1].remoteAddress).toBe('192.0.2.7');
  });
});

function allowing1(): object {
  return { ...TLS, allowHTTP1: true };
}

/** An application that tells whom it takes for its callers. */
async function startCounting(options: object): Promise<{ port: number; callers: string[] }> {
  const callers: string[] = [];
  const keyOf = ({ remoteAddress }: { remoteAddress: string }): string => {
    callers.push(remoteAddress);
    return remoteAddress;
  };
  const quota = { maxInFlight: 9, keyOf };
  const metadata = {
    imports: [AdmissionModule.forRoot({ quota })],
    controllers: [WhoController],
  };
  const proxyProtocol = { trust: ['127.0.0.1'] };
  const adapter = { ...options, proxyProtocol } as NonNullable<StartAppOptions['adapter']>;
  const { port } = await startApp(metadata, { adapter });
  return { port, callers };
}

async function listening(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

/** What is answered to a request behind a PROXY header. */
async function askAs(
  port: number,
  header: string | Buffer,
  protocol: 'http/1.1' | 'h2' | 'h2c',
): Promise<string> {
  const below = connect(port, '127.0.0.1');
  below.write(header);
  if (protocol === 'h2c') return askHttp2(below);
  const socket = connectTls({ socket: below, ca: CERTIFICATE, ALPNProtocols: [protocol] });
  await once(socket, 'secureConnect');
  if (protocol === 'h2') return askHttp2(socket);
  socket.write(REQUEST);
  return text(socket);
}

async function askHttp2(socket: Duplex): Promise<string> {
  const session = connectHttp2('http://localhost', { createConnection: () => socket });
  onTestFinished(() => session.destroy());
  const answer = await text(session.request({ ':path': '/' }));
  await new Promise<void>((resolve) => session.close(resolve));
  return answer;
}
