import { FastifyAdapter } from '@nestjs/platform-fastify';

import { serve } from './serve.ts';

await serve(new FastifyAdapter(), {});
process.send?.('ready');
