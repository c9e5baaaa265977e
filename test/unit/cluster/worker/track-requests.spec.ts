import { createServer as createHttpServer } from 'node:http';
import { createSecureServer, createServer as createHttp2Server } from 'node:http2';
import { createServer as createHttpsServer } from 'node:https';
import { createServer as createNetServer } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';

import { describe, expect, it } from 'vitest';

import { clientSpeaksFirst } from '../../../../lib/cluster/worker/track-requests.ts';

describe('clientSpeaksFirst', () => {
  it.each([
    ['HTTP', createHttpServer(), true],
    ['HTTPS', createHttpsServer(), true],
    ['HTTP/2 over TLS', createSecureServer(), true],
    ['TLS', createTlsServer(), true],
    // Its settings are due at once; and bytes that lie ready when its session is destroyed crash Node.
    ['HTTP/2 without TLS', createHttp2Server(), false],
    ['any other protocol', createNetServer(), false],
  ] as const)('knows a server of %s', (_name, server, is) => {
    expect(clientSpeaksFirst(server)).toBe(is);
  });
});
