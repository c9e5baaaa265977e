import { AsyncResource } from 'node:async_hooks';
import type { ServerResponse } from 'node:http';

import { ExpressCall, ExpressReply, type ExpressRequest } from './express-call.ts';
import type { RequestHook, ResponseListener } from './request-hooks.ts';

type ExpressHook = (
  request: ExpressRequest,
  response: ServerResponse,
  next: (error?: Error) => void,
) => void;

/** Runs its hook before every middleware, and has one place for all. */
export interface HookedExpress {
  setOnRequestHook(hook: ExpressHook): void;
}

const known = new WeakMap<object, ExpressHooks>();

/** The places of an Express adapter, which share the one that it has. */
export function expressHooksOf(adapter: HookedExpress): ExpressHooks {
  const existing = known.get(adapter);
  if (existing !== undefined) return existing;
  const hooks = new ExpressHooks();
  known.set(adapter, hooks);
  adapter.setOnRequestHook((request, response, next) => hooks.enter(request, response, next));
  return hooks;
}

/** The context comes first: what is told of a response runs in it. */
export class ExpressHooks {
  context: RequestHook | undefined;
  readonly #listeners: ResponseListener[] = [];

  /** Calls `listener` for each response that was sent. */
  onResponse(listener: ResponseListener): void {
    this.#listeners.push(listener);
  }

  readonly enter: ExpressHook = (request, response, next) => {
    const call = new ExpressCall(request);
    const startedAt = performance.now();
    const go = (): void => {
      this.#follow(call, response, startedAt);
      next();
    };
    if (this.context === undefined) go();
    else this.context(call, new ExpressReply(response, request), go);
  };

  #follow(call: ExpressCall, response: ServerResponse, startedAt: number): void {
    if (this.#listeners.length === 0) return;
    const tell = (): void => {
      const elapsedTime = performance.now() - startedAt;
      const { statusCode } = response;
      for (const listener of this.#listeners) listener(call, { statusCode, elapsedTime });
    };
    // Events of the response know nothing of the request's store.
    response.once('finish', AsyncResource.bind(tell));
  }
}
