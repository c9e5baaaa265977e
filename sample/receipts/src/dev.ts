import { runSingle } from 'nestjs-buttress/cluster';

import bootstrap from './app.ts';

/** The same application in one process, without a Group. */
await runSingle(bootstrap);
