import { serve } from './serve.ts';

/** As the defaults have it. */
await serve({});
