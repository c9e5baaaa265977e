import { serve } from './serve.ts';

/** Without a canary. */
await serve({ canaryMs: 0 });
