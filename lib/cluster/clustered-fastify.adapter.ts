import {
  createServer as createHttpServer,
  type RequestListener,
  type Server as HttpServer,
} from 'node:http';
import {
  createSecureServer as createHttp2SecureServer,
  createServer as createHttp2Server,
  type Http2SecureServer,
  type Http2Server,
} from 'node:http2';
import { createServer as createHttpsServer, type Server as HttpsServer } from 'node:https';

import { FastifyAdapter } from '@nestjs/platform-fastify';

import { ListenError } from './cluster.errors.ts';
import { currentRuntime } from './worker-runtime.ts';

type AnyServer = HttpServer | HttpsServer | Http2Server | Http2SecureServer;

/** What `FastifyAdapter` takes, but a Fastify instance. */
export type ClusteredFastifyOptions<TServer extends AnyServer = HttpServer> = Exclude<
  NonNullable<ConstructorParameters<typeof FastifyAdapter<TServer>>[0]>,
  { server: unknown }
>;

/** The part of Fastify's options that a server is made from; Fastify has filled in defaults. */
interface ServerOptions {
  http?: object;
  https?: object | boolean | null;
  http2?: boolean;
  keepAliveTimeout?: number;
  requestTimeout?: number;
  connectionTimeout?: number;
  http2SessionTimeout?: number;
  maxRequestsPerSocket?: number;
}

type ServerFactory = (handler: RequestListener, options: ServerOptions) => AnyServer;

/**
 * The Fastify adapter whose server gets its connections from the group's accept queue. Takes what
 * `FastifyAdapter` takes, a `serverFactory` included. Outside a `Group` it is a plain
 * `FastifyAdapter`.
 *
 * @throws ListenError for a ready-made Fastify instance: its server exists already, so its
 *   listening can't be given to the primary. Pass the instance's options instead.
 *
 * @example
 * const app = await NestFactory.create<NestFastifyApplication>(
 *   AppModule,
 *   new ClusteredFastifyAdapter({ bodyLimit: 1 << 20 }),
 * );
 */
export class ClusteredFastifyAdapter<
  TServer extends AnyServer = HttpServer,
> extends FastifyAdapter<TServer> {
  constructor(options?: ClusteredFastifyOptions<TServer>) {
    super(composed(options));
  }
}

function composed<O extends object>(options: O | undefined): O {
  if (options !== undefined && 'server' in options) {
    throw new ListenError(
      'ClusteredFastifyAdapter takes Fastify options, not a Fastify instance: ' +
        'new ClusteredFastifyAdapter({ ... }) instead of new ClusteredFastifyAdapter(fastify({ ... })).',
    );
  }
  const given = (options ?? {}) as O & { serverFactory?: ServerFactory };
  const runtime = currentRuntime();
  if (runtime?.mode !== 'group') return given;
  const create = given.serverFactory ?? createServer;
  const serverFactory: ServerFactory = (handler, all) => runtime.handOff(create(handler, all));
  return { ...given, serverFactory };
}

/** Does what Fastify does without a `serverFactory`, its timeouts included. */
function createServer(handler: RequestListener, options: ServerOptions): AnyServer {
  const https = options.https === true ? {} : options.https;
  if (options.http2 === true) return createHttp2(handler, options, https || undefined);
  const server = https
    ? createHttpsServer(https, handler)
    : createHttpServer(options.http ?? {}, handler);
  server.keepAliveTimeout = options.keepAliveTimeout ?? server.keepAliveTimeout;
  server.requestTimeout = options.requestTimeout ?? server.requestTimeout;
  server.setTimeout(options.connectionTimeout ?? 0);
  if (options.maxRequestsPerSocket) server.maxRequestsPerSocket = options.maxRequestsPerSocket;
  return server;
}

function createHttp2(
  handler: RequestListener,
  options: ServerOptions,
  https: object | undefined,
): Http2Server | Http2SecureServer {
  const server = https ? createHttp2SecureServer(https) : createHttp2Server(options.http ?? {});
  // Fastify's handler takes the requests of both protocols.
  server.on('request', handler);
  const sessionTimeoutMs = options.http2SessionTimeout ?? 0;
  server.on('session', (session) => session.setTimeout(sessionTimeoutMs, () => session.close()));
  server.setTimeout(options.connectionTimeout ?? 0);
  return server;
}
