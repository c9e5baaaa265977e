import { AsyncResource } from 'node:async_hooks';
import type { ServerResponse } from 'node:http';

import { ExpressCall, ExpressReply, type ExpressRequest } from './express-call.ts';
import type { RequestHook, ResponseListener } from './request-hooks.ts';

type ExpressHook = (
  request: ExpressRequest,
  response: ServerResponse,
  next: (error?: Error) => void,
) => void;

/** Express adapter with a single hook, which runs before every middleware. */
export interface HookedExpress {
  setOnRequestHook(hook: ExpressHook): void;
}

const known = new WeakMap<object, ExpressHooks>();

/** Hooks of an Express adapter, created once; they share the adapter's single hook. */
export function expressHooksOf(adapter: HookedExpress): ExpressHooks {
  const existing = known.get(adapter);
  if (existing !== undefined) return existing;
  const hooks = new ExpressHooks();
  known.set(adapter, hooks);
  adapter.setOnRequestHook((request, response, next) => hooks.enter(request, response, next));
  return hooks;
}

/** Runs the context hook first, so that response listeners run in the context. */
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
    // Response events do not run in the request's async context.
    response.once('finish', AsyncResource.bind(tell));
  }
}
