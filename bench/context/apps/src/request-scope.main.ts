import { randomUUID } from 'node:crypto';

import { Inject, Injectable, Scope } from '@nestjs/common';
import { REQUEST } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';

import { chain, Identity } from './chain.ts';
import { serve } from './serve.ts';

/** Nest's own way: it and all that depend on it are made anew for every request. */
@Injectable({ scope: Scope.REQUEST })
class ScopedIdentity extends Identity {
  readonly id: string;

  constructor(@Inject(REQUEST) request: { headers: Record<string, string | undefined> }) {
    super();
    this.id = request.headers['x-request-id'] ?? randomUUID();
  }
}

const { controllers, providers } = chain();
await serve(
  {
    controllers,
    providers: [
      ...providers,
      { provide: Identity, useClass: ScopedIdentity, scope: Scope.REQUEST },
    ],
  },
  new FastifyAdapter(),
);
