import { platformOf } from '../nest/platform.ts';
import { expressHooksOf, type HookedExpress } from './express-hooks.ts';
import type { AnsweredRequest, HookReply, ResponseListener, SentAnswer } from './request-hooks.ts';

interface Adapter {
  getType(): string;
  getInstance(): unknown;
}

type FastifyAnswer = SentAnswer & Pick<HookReply, 'raw'>;

interface HookedFastify {
  addHook(
    name: 'onResponse',
    hook: (request: AnsweredRequest, reply: FastifyAnswer, done: () => void) => void,
  ): unknown;
}

/**
 * Calls `listener` for each completed response, in the context of its request; not if the client
 * left earlier. Applies to routes registered afterwards.
 *
 * @throws PlatformError for an adapter other than Fastify and Express
 */
export function onResponse(adapter: Adapter, listener: ResponseListener): void {
  if (platformOf(adapter) === 'express') {
    expressHooksOf(adapter as Adapter & HookedExpress).onResponse(listener);
    return;
  }
  (adapter.getInstance() as HookedFastify).addHook('onResponse', (request, reply, done) => {
    // Fastify also calls it for failed responses.
    if (reply.raw.writableEnded) listener(request, reply);
    done();
  });
}
