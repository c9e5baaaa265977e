import type { RequestListener } from 'node:http';

import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';

import { type ProblemDetails, PROBLEM_TYPE } from '../common/http/problem.ts';
import { limitSending } from '../common/http/send-timeout.ts';
import { loadPrometheus } from '../stats/prometheus-page.ts';
import { Authenticator } from './authenticate.ts';
import { compressAnswers } from './compression.ts';
import { Crowd } from './crowd.ts';
import { Guard, isProbe, SECURITY_HEADERS } from './guard.ts';
import { MetaApplicationModule } from './meta-application.module.ts';
import { AccessError, BusyError } from './meta.errors.ts';
import type { PagesOptions } from './pages.options.ts';
import { answerProblem, pagesProblemOf, tellWhenAgain } from './problem.filter.ts';
import { admitAs, pathOfRequest } from './requests.ts';
import { loadSetup } from './setup.ts';
import { Site } from './site.ts';

/** Maximum size of a body, in bytes: no request needs more. */
const BODY_LIMIT = 16 * 1024;

/** Time limit for receiving a request. */
const REQUEST_TIMEOUT_MS = 10_000;

/** Longest time for which a viewer may read nothing of an answer. */
const SEND_TIMEOUT_MS = 10_000;

/** Maximum number of concurrent requests: a browser or scraper sends a few. */
const MAX_AT_ONCE = 64;

/** `Retry-After` beyond that number. */
const CROWD_RETRY_MS = 1_000;

/** Creates the application of the secondary listener; it does not listen yet. */
export async function createPages(options: PagesOptions): Promise<NestFastifyApplication> {
  const { listener, option, source, serverFactory } = options;
  const [setup] = await Promise.all([loadSetup(`${option}.setup`, listener), loadPrometheus()]);
  const adapter = new FastifyAdapter({
    serverFactory: (handler: RequestListener) => {
      const server = serverFactory(handler);
      server.requestTimeout = REQUEST_TIMEOUT_MS;
      limitSending(server, SEND_TIMEOUT_MS);
      return server;
    },
    forceCloseConnections: true,
    bodyLimit: BODY_LIMIT,
    routerOptions: { maxParamLength: 300 },
    frameworkErrors: answerUnreadable,
  });
  const app = await NestFactory.create<NestFastifyApplication>(
    MetaApplicationModule.with({ ...options, setup }),
    adapter,
    { logger: ['error', 'warn'], abortOnError: false, forceCloseConnections: true },
  );
  refuseCrowds(adapter);
  compressAnswers(adapter.getInstance());
  guardRequests(adapter, {
    guard: new Guard(listener, new Authenticator(setup, listener.maxAccess)),
    site: app.get(Site),
    asksForPasswords: setup.users !== undefined,
  });
  adapter.getInstance().addHook('onClose', () => source.close());
  return app;
}

/** Sheds excess requests before anything else is done for them. */
function refuseCrowds(adapter: FastifyAdapter): void {
  const crowd = new Crowd(MAX_AT_ONCE);
  adapter.getInstance().addHook('onRequest', async (request, reply) => {
    if (isProbe(pathOfRequest(request)) || crowd.admit(reply.raw)) return undefined;
    const error = new BusyError('Too many requests at once', 503, CROWD_RETRY_MS);
    tellWhenAgain(error, reply);
    answerPlainly(pagesProblemOf(error), reply);
    return reply;
  });
}

interface Gatekeeping {
  guard: Guard;
  site: Site;
  asksForPasswords: boolean;
}

/**
 * Uses Fastify's own hook: Nest's middleware is bound to methods and paths, and HEAD requests have
 * bypassed it (CVE-2026-33011).
 */
function guardRequests(
  adapter: FastifyAdapter,
  { guard, site, asksForPasswords }: Gatekeeping,
): void {
  adapter.getInstance().addHook('onRequest', async (request, reply) => {
    void reply.headers(SECURITY_HEADERS);
    try {
      const { remoteAddress = '', localAddress = '' } = request.raw.socket;
      const { method, headers } = request.raw;
      const path = pathOfRequest(request);
      const seen = { method: method ?? '', path, headers, remoteAddress, localAddress };
      admitAs(request, await guard.admit(seen));
    } catch (error) {
      if (asksForPasswords && error instanceof AccessError && error.statusCode === 401) {
        void reply.header('www-authenticate', 'Basic realm="pages", charset="UTF-8"');
      }
      await answerProblem(site, error, { request, reply });
      return reply;
    }
    return undefined;
  });
}

/** Answers requests that Fastify can't read: they reach no hook. */
function answerUnreadable(
  error: Error,
  _request: FastifyRequest<Record<string, unknown>>,
  reply: FastifyReply,
): void {
  answerPlainly(pagesProblemOf(error), reply);
}

/** Answers in JSON, without a page. */
function answerPlainly(problem: ProblemDetails, reply: FastifyReply): void {
  void reply.headers(SECURITY_HEADERS).code(problem.status);
  void reply.type(PROBLEM_TYPE).send(JSON.stringify(problem));
}
