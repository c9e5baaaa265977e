import { once } from 'node:events';
import { Agent, type IncomingMessage, request as httpRequest } from 'node:http';
import { text } from 'node:stream/consumers';

import { Body, Controller, Get, Post } from '@nestjs/common';
import { ButtressModule } from 'nestjs-buttress';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocketServer } from 'ws';

import { type RunningApp, startApp } from '../support/nest-app.ts';

@Controller()
class PlainController {
  @Get('plain')
  plain(): string {
    return 'plain';
  }

  @Post('sum')
  sum(@Body() { a, b }: { a: number; b: number }): string {
    return String(a + b);
  }
}

/** An application whose server has a listener of upgrades, as one with a gateway. */
async function startWithWebSockets(): Promise<RunningApp> {
  const sockets = new WebSocketServer({ noServer: true });
  onTestFinished(() => sockets.close());
  return startApp(
    {
      imports: [ButtressModule.forRoot({ logging: false, threads: false, meta: false })],
      controllers: [PlainController],
    },
    {
      prepare: ({ fastify }) => {
        fastify.server.on('upgrade', (request, socket, head) => {
          sockets.handleUpgrade(request, socket, head, (client) => client.send('hello'));
        });
      },
    },
  );
}

interface Asked {
  path: string;
  offers: string;
  agent: Agent;
  body?: object;
}

async function ask(port: number, { path, offers, agent, body }: Asked): Promise<string> {
  const sent = httpRequest({
    port,
    host: '127.0.0.1',
    path,
    agent,
    method: body === undefined ? 'GET' : 'POST',
    headers: {
      connection: 'Upgrade, HTTP2-Settings',
      upgrade: offers,
      'http2-settings': 'AAMAAABkAARAAAAAAAIAAAAA',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
  });
  sent.end(body === undefined ? undefined : JSON.stringify(body));
  const [answer] = (await once(sent, 'response')) as [IncomingMessage];
  return `${answer.statusCode} ${await text(answer)}`;
}

describe('R38 A server with WebSockets', () => {
  it.each(['h2c', 'h2c, HTTP/2.0', 'TLS/1.2'])(
    'answers requests that offer %s over HTTP/1.1, one after another on their connection.',
    async (offers) => {
      const { port } = await startWithWebSockets();
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      onTestFinished(() => agent.destroy());
      expect(await ask(port, { path: '/plain', offers, agent })).toBe('200 plain');
      expect(await ask(port, { path: '/sum', offers, agent, body: { a: 1, b: 2 } })).toBe('201 3');
      expect(await ask(port, { path: '/plain', offers, agent })).toBe('200 plain');
    },
  );

  it('goes on to upgrade to WebSocket.', async () => {
    const { port } = await startWithWebSockets();
    const socket = new WebSocket(`ws://127.0.0.1:${port}/`);
    onTestFinished(() => socket.close());
    const [{ data }] = (await once(socket, 'message')) as [MessageEvent];
    expect(data).toBe('hello');
  });
});
