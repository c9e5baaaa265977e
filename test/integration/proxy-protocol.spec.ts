import { createServer } from 'node:http';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';

import { Controller, Get, Ip } from '@nestjs/common';
import { acceptProxyProtocol } from 'nestjs-buttress';
import { describe, expect, it } from 'vitest';

import { type RunningApp, startApp } from '../support/nest-app.ts';

@Controller()
class WhoController {
  @Get()
  who(@Ip() ip: string): string {
    return ip;
  }
}

const REQUEST = 'GET / HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n';
const HEADER = 'PROXY TCP4 192.0.2.7 10.0.0.1 12345 80\r\n';

function start(trusted: string[], headerWithinMs = 20_000): Promise<RunningApp> {
  const adapter = { proxyProtocol: { trusted, headerWithinMs } };
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

  it('believes nobody else', async () => {
    const { port } = await start(['10.0.0.0/8']);
    expect(await send(port, REQUEST)).toMatch(/127\.0\.0\.1$/);
    expect(await send(port, HEADER + REQUEST)).toMatch(/^HTTP\/1\.1 400/);
  });

  it('names the option that is wrong', () => {
    expect(() => acceptProxyProtocol(createServer(), { trusted: ['everybody'] })).toThrow(
      /proxyProtocol.trusted.*'everybody'/,
    );
  });
});
