import { FastifyAdapter } from '@nestjs/platform-fastify';

import { createApp } from './create-app.ts';
import { endWithParent, tellReady } from './parent.ts';
import { HOST, readSettings } from './settings.ts';

endWithParent();
const app = await createApp(new FastifyAdapter());
// Nest takes the host from its second argument, whatever the first one says.
await app.listen({ port: readSettings().port, reusePort: true } as unknown as number, HOST);
tellReady();
