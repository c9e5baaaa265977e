import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';

import { FastifyAdapter } from '@nestjs/platform-fastify';

import { chain, Identity } from './chain.ts';
import { serve } from './serve.ts';

/** By hand: an id per request, taken from the caller or made, and given back in a header. */
const storage = new AsyncLocalStorage<{ id: string }>();

class StoredIdentity extends Identity {
  get id(): string {
    return storage.getStore()?.id ?? '';
  }
}

const adapter = new FastifyAdapter();
adapter.setOnRequestHook((request, reply, done) => {
  const given = request.headers['x-request-id'];
  const id = typeof given === 'string' ? given : randomUUID();
  void reply.header('x-request-id', id);
  storage.run({ id }, done);
});

const { controllers, providers } = chain();
await serve(
  { controllers, providers: [...providers, { provide: Identity, useClass: StoredIdentity }] },
  adapter,
);
