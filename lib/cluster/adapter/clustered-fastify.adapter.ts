import {
  createServer as createHttpServer,
  type IncomingMessage,
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
import type { Duplex } from 'node:stream';

import { FastifyAdapter } from '@nestjs/platform-fastify';

import { toError } from '../../common/errors/to-error.ts';
import { type RequestHooks, reserveRequestHooks } from '../../common/http/request-hooks.ts';
import { retryAfterSeconds, waitAfter } from '../../common/http/retry-after.ts';
import { limitSending } from '../../common/http/send-timeout.ts';
import { storage } from '../../context/storage.ts';
import { ListenError } from '../cluster.errors.ts';
import { currentRuntime } from '../worker-runtime.ts';
import { isServedAsRequest, serveHttpOffers } from '../worker/http-offers.ts';
import { lingerAfterAnswers } from '../worker/linger-after-answers.ts';
import { type AdapterOptions, resolveAdapterOptions } from './adapter.options.ts';
import { CLIENT_ERRORS } from './client-error.ts';
import { acceptProxyProtocol } from './proxy-protocol.ts';

/** HTTP servers that the adapter supports. */
export type AnyServer = HttpServer | HttpsServer | Http2Server | Http2SecureServer;

/** Options of `FastifyAdapter`, except a Fastify instance, and our own. */
export type ClusteredFastifyOptions<TServer extends AnyServer = HttpServer> = Exclude<
  NonNullable<ConstructorParameters<typeof FastifyAdapter<TServer>>[0]>,
  { server: unknown }
> &
  AdapterOptions;

/** Fastify options that a server is created from, with Fastify's defaults filled in. */
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

interface GivenAdapterOptions extends ServerOptions, AdapterOptions {
  serverFactory?: ServerFactory;
}

/** Interval of Node's check for requests that arrive too slowly; Node's default is 30 s. */
const CHECK_REQUESTS_EVERY_MS = 1_000;

/** Time for a request to arrive, body included: Node's default, which Fastify disables. */
const REQUEST_TIMEOUT_MS = 300_000;

type AnyHook<TServer extends AnyServer> = Parameters<
  FastifyAdapter<TServer>['setOnRequestHook']
>[0];

type ServerFactory = (handler: RequestListener, options: ServerOptions) => AnyServer;

/**
 * Fastify adapter whose server gets its connections from the group's accept queue. Takes the
 * options of `FastifyAdapter`, including `serverFactory`. Without a group it listens as usual.
 *
 * @throws ListenError for a ready-made Fastify instance, whose server the primary can't listen for:
 *   pass the instance's options instead
 * @throws TypeError, RangeError for a wrong `proxyProtocol` or `sendTimeoutMs`, and for
 *   `sendTimeoutMs` beside `connectionTimeout`
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
  readonly #hooks = reserveRequestHooks(this);
  /** Hook given to `setOnRequestHook`; runs after the context is entered. */
  #onRequest: AnyHook<TServer> | undefined;

  constructor(options?: ClusteredFastifyOptions<TServer>) {
    const { proxyProtocol, sendTimeoutMs } = resolveAdapterOptions(options);
    super(composed(options));
    super.setOnRequestHook((request, reply, done) => {
      this.#enter(request, reply, done);
    });
    // Runs after the base class's hooks, among them CORS, and before any middleware.
    this.getInstance().addHook('onRequest', (request, reply, done) => {
      const { admission } = this.#hooks;
      if (admission === undefined) done();
      else admission(request, reply, done);
    });
    enterUpgrades(this.getInstance().server, this.#hooks);
    const runtime = currentRuntime();
    // In a group, the factory handed it off. In single mode there is no factory, so that Fastify
    // creates the additional servers for localhost.
    if (runtime?.mode === 'single') runtime.handOff(this.getInstance().server);
    const { server } = this.getInstance();
    if (proxyProtocol !== undefined) acceptProxyProtocol(server, proxyProtocol);
    serveHttpOffers(server);
    boundHeaders(server);
    lingerAfterAnswers(server);
    if (sendTimeoutMs !== undefined) limitSending(server, sendTimeoutMs);
  }

  override setOnRequestHook(
    hook: Parameters<FastifyAdapter<TServer>['setOnRequestHook']>[0],
  ): void {
    this.#onRequest = hook;
  }

  override setErrorHandler(
    handler: Parameters<FastifyAdapter<TServer>['setErrorHandler']>[0],
  ): ReturnType<FastifyAdapter<TServer>['setErrorHandler']> {
    this.#hooks.onError = handler as NonNullable<RequestHooks['onError']>;
    return super.setErrorHandler(handler);
  }

  /** Adds `Retry-After` to every 503 whose error gives a time to retry. */
  override reply(
    response: Parameters<FastifyAdapter<TServer>['reply']>[0],
    body: unknown,
    statusCode?: number,
  ): ReturnType<FastifyAdapter<TServer>['reply']> {
    if (statusCode === 503) adviseRetry(response);
    return super.reply(response, body, statusCode);
  }

  #enter(
    request: HookArguments<TServer>[0],
    reply: HookArguments<TServer>[1],
    done: HookArguments<TServer>[2],
  ): void {
    const { context } = this.#hooks;
    const next = this.#onRequest;
    const go =
      next === undefined ? done : () => complete(next.call(this, request, reply, done), done);
    if (context === undefined) go();
    else context(request, reply, go);
  }
}

type HookArguments<TServer extends AnyServer> = Parameters<AnyHook<TServer>>;

/** A Fastify reply or a raw response. */
interface AnyReply {
  getHeader?(name: string): unknown;
  header?(name: string, value: number): unknown;
}

function adviseRetry(response: object): void {
  const reply: AnyReply = response;
  const afterMs = storage.getStore()?.retryAfterMs;
  if (afterMs === undefined || reply.getHeader?.('retry-after') !== undefined) return;
  reply.header?.('retry-after', retryAfterSeconds(waitAfter(afterMs)));
}

/**
 * Nest lets a hook call `done` or return a promise; either counts once. Of one that calls back there
 * is nothing to wait for: a promise would cost each request.
 */
function complete(result: unknown, done: (error?: Error) => void): void {
  if (result instanceof Promise) void settle(result, done);
}

async function settle(result: Promise<unknown>, done: (error?: Error) => void): Promise<void> {
  let failure: Error | undefined;
  try {
    await result;
  } catch (error) {
    failure = toError(error);
  }
  done(failure);
}

/**
 * Runs our hooks around the server's upgrade listeners, since Fastify's hooks don't see upgrades.
 * Leaves a server without such listeners unchanged.
 */
function enterUpgrades(server: AnyServer, hooks: RequestHooks): void {
  const onNewListener = (event: string): void => {
    if (event !== 'upgrade') return;
    server.off('newListener', onNewListener);
    wrapEmit(server, hooks);
  };
  server.on('newListener', onNewListener);
}

function wrapEmit(server: AnyServer, hooks: RequestHooks): void {
  const emit = server.emit.bind(server) as (event: string, ...args: unknown[]) => boolean;
  const emitInContext = (event: string, ...args: unknown[]): boolean => {
    const [request, socket] = args as [IncomingMessage, Duplex];
    if (event !== 'upgrade' || isServedAsRequest(server, request)) return emit(event, ...args);
    const go = (): void => void emit(event, ...args);
    const admit = (): void => {
      if (hooks.upgradeAdmission === undefined) go();
      else hooks.upgradeAdmission(request, socket, go);
    };
    if (hooks.upgradeContext === undefined) admit();
    else hooks.upgradeContext(request, socket, admit);
    return true;
  };
  Object.assign(server, { emit: emitInContext });
}

function composed<O extends object>(options: O | undefined): O {
  if (options !== undefined && 'server' in options) {
    throw new ListenError(
      'ClusteredFastifyAdapter takes Fastify options, not a Fastify instance: ' +
        'new ClusteredFastifyAdapter({ ... }) instead of new ClusteredFastifyAdapter(fastify({ ... })).',
    );
  }
  const {
    proxyProtocol: _ours,
    sendTimeoutMs: _ours2,
    ...rest
  } = (options ?? {}) as O & GivenAdapterOptions;
  const given = withTimeouts(rest as O & GivenAdapterOptions);
  const runtime = currentRuntime();
  if (runtime?.mode !== 'group') return given;
  const create = given.serverFactory ?? createServer;
  const serverFactory: ServerFactory = (handler, all) => runtime.handOff(create(handler, all));
  return { ...given, serverFactory };
}

/**
 * Adds limits that Fastify leaves open or Node checks too rarely, and responses for violations.
 * Explicit options win.
 */
function withTimeouts<O extends GivenAdapterOptions>(given: O): O {
  const check = { connectionsCheckingInterval: CHECK_REQUESTS_EVERY_MS };
  const { http, https } = given;
  const isSecure = typeof https === 'object' && https !== null;
  return {
    requestTimeout: REQUEST_TIMEOUT_MS,
    ...CLIENT_ERRORS,
    ...given,
    ...(isSecure ? { https: { ...check, ...https } } : { http: { ...check, ...http } }),
  };
}

/** Node swaps both timeouts where `headersTimeout` is longer, so that neither is as configured. */
function boundHeaders(server: AnyServer): void {
  if (!('headersTimeout' in server) || server.requestTimeout === 0) return;
  server.headersTimeout = Math.min(server.headersTimeout, server.requestTimeout);
}

/** Creates a server as Fastify does without a `serverFactory`, timeouts included. */
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
  // Fastify's handler serves both protocols.
  server.on('request', handler);
  const sessionTimeoutMs = options.http2SessionTimeout ?? 0;
  server.on('session', (session) => session.setTimeout(sessionTimeoutMs, () => session.close()));
  server.setTimeout(options.connectionTimeout ?? 0);
  return server;
}
