import cluster from 'node:cluster';

import { FastifyAdapter } from '@nestjs/platform-fastify';

import { createApp } from './create-app.ts';
import { endWithParent, tellReady } from './parent.ts';
import { HOST, readSettings } from './settings.ts';

/** Node's cluster: the primary accepts and hands connections to free workers in turn. */
const { port, workers } = readSettings();

if (cluster.isPrimary) {
  endWithParent();
  cluster.schedulingPolicy = cluster.SCHED_RR;
  let waitingFor = workers;
  cluster.on('listening', () => {
    if (--waitingFor === 0) tellReady();
  });
  for (let count = 0; count < workers; count++) cluster.fork();
} else {
  const app = await createApp(new FastifyAdapter());
  await app.listen(port, HOST);
}
