import { FastifyAdapter } from '@nestjs/platform-fastify';

import { serve } from './serve.ts';

await serve(new FastifyAdapter({ http2: true }), {});
process.send?.('ready');
