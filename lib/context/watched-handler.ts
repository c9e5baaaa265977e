import type { HookReply, HookRequest } from '../common/http/request-hooks.ts';
import type { HandlerWork } from './handler-work.ts';
import { storage } from './storage.ts';

/** Route handler as Fastify calls it. */
export type RouteHandler = (this: unknown, request: HookRequest, reply: HookReply) => unknown;

/** The field of route options that is replaced before registration. */
interface RouteOptions {
  handler: RouteHandler;
}

type OnSend = (request: HookRequest, reply: HookReply, payload: unknown, done: () => void) => void;

interface HookedInstance {
  addHook?: {
    (name: 'onRoute', hook: (route: RouteOptions) => void): unknown;
    (name: 'onSend', hook: OnSend): unknown;
  };
}

/** Wrapped handlers; Fastify's HEAD routes reuse the GET handler. */
const watched = new WeakSet<RouteHandler>();

/**
 * Notifies contexts of their handlers' start and end. Applies to routes registered afterwards.
 */
export function watchHandlers(instance: HookedInstance): void {
  instance.addHook?.('onRoute', (route) => {
    if (!watched.has(route.handler)) route.handler = watch(route.handler);
  });
  instance.addHook?.('onSend', (_request, reply, _payload, done) => {
    storage.getStore()?.answered(reply);
    done();
  });
}

function watch(handler: RouteHandler): RouteHandler {
  const watching: RouteHandler = function watching(this: unknown, request, reply) {
    const work = storage.getStore()?.handler;
    if (work === undefined) return handler.call(this, request, reply);
    const hook = work.takeBeforeStart();
    const call: Call = { instance: this, handler, request, reply };
    if (hook === undefined) return runHandler(call, work);
    const run = (): unknown => runHandler(call, work);
    return new Promise((resolve, reject) => {
      hook(request, reply, (error) => {
        if (error === undefined) resolve(attempt(run));
        else reject(error);
      });
    });
  };
  watched.add(watching);
  return watching;
}

/** A call of a handler. */
interface Call {
  /** Fastify's. */
  instance: unknown;
  handler: RouteHandler;
  request: HookRequest;
  reply: HookReply;
}

function runHandler({ instance, handler, request, reply }: Call, work: HandlerWork): unknown {
  work.begin();
  try {
    const result = handler.call(instance, request, reply);
    if (isPromise(result)) work.goesOnWith(result, reply);
    else work.returned(result, reply);
    return result;
  } catch (error) {
    work.end(reply);
    throw error;
  }
}

/** Turns an exception into a rejection. */
async function attempt(run: () => unknown): Promise<unknown> {
  return run();
}

function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as PromiseLike<unknown> | null | undefined)?.then === 'function';
}
