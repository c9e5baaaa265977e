import underPressure from '@fastify/under-pressure';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';

import { serve } from './serve.ts';

/** As its README says, but for limits of memory that an idle Nest process does not exceed. */
export async function serveUnderPressure(mode: 'cumulative' | 'interval'): Promise<void> {
  const prepare = (app: NestFastifyApplication): Promise<unknown> =>
    app.register(underPressure, {
      maxEventLoopDelay: 1_000,
      maxHeapUsedBytes: 1_000_000_000,
      maxRssBytes: 1_000_000_000,
      maxEventLoopUtilization: 0.98,
      ...(mode === 'interval' && { eventLoopUtilizationMode: mode }),
    });
  await serve(new FastifyAdapter(), {}, { prepare });
  process.send?.('ready');
}
