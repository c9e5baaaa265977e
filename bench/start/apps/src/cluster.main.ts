import cluster from 'node:cluster';

import { bootApp } from './load-app.ts';
import { tellReady } from './tell-ready.ts';

/** The application in workers of Node's cluster, all started at once. */
if (cluster.isPrimary) {
  cluster.on('listening', tellReady);
  for (let count = 0; count < Number(process.env['WORKERS']); count++) cluster.fork();
} else {
  await bootApp();
}
