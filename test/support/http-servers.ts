import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';

import { onTestFinished } from 'vitest';

import { CERTIFICATE, KEY } from '../fixtures/self-signed.ts';

/** A small server that tells what it was asked. */
export interface HttpPeer {
  /** As a service's address; its certificate is for `localhost`. */
  address: string;
  /** Connections that it has taken. */
  connections: number;
  requests: IncomingMessage[];
  close(): Promise<void>;
}

export interface HttpPeerOptions {
  name?: string;
  isSecure?: boolean;
  /** Takes requests and never answers. */
  isSilent?: boolean;
  /** What happens in the middle of an answer. */
  inTheMiddle?: 'silence' | 'end' | 'reset';
}

/** Listens until the test ends. */
export async function httpPeer(options: HttpPeerOptions = {}): Promise<HttpPeer> {
  const { name = 'peer', isSecure = false, isSilent = false, inTheMiddle } = options;
  const requests: IncomingMessage[] = [];
  const answer: RequestListener = (request, response) => {
    requests.push(request);
    if (isSilent) return;
    if (inTheMiddle === undefined) return void response.end(name);
    response.writeHead(200, { 'content-length': 100 }).write(name, () => {
      if (inTheMiddle === 'end') request.socket.end();
      if (inTheMiddle === 'reset') request.socket.resetAndDestroy();
    });
  };
  const server: Server = isSecure
    ? createSecureServer({ key: KEY, cert: CERTIFICATE }, answer)
    : createServer(answer);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const close = async (): Promise<void> => {
    if (!server.listening) return;
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  };
  const peer = { address: `localhost:${port}`, connections: 0, requests, close };
  server.on('connection', () => peer.connections++);
  onTestFinished(close);
  return peer;
}
