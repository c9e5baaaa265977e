import { randomUUID } from 'node:crypto';

import { Inject, Injectable } from '@nestjs/common';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { ClsModule, ClsService } from 'nestjs-cls';

import { chain, Identity } from './chain.ts';
import { serve } from './serve.ts';

@Injectable()
class ClsIdentity extends Identity {
  constructor(@Inject(ClsService) private readonly cls: ClsService) {
    super();
  }

  get id(): string {
    return this.cls.getId();
  }
}

const { controllers, providers } = chain();
await serve(
  {
    imports: [
      ClsModule.forRoot({
        global: true,
        middleware: {
          mount: true,
          generateId: true,
          idGenerator: (request: { headers: Record<string, string | undefined> }) =>
            request.headers['x-request-id'] ?? randomUUID(),
        },
      }),
    ],
    controllers,
    providers: [...providers, { provide: Identity, useClass: ClsIdentity }],
  },
  new FastifyAdapter(),
);
