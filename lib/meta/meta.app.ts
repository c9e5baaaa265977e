import 'reflect-metadata';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { Server } from 'node:net';

import type { INestApplication } from '@nestjs/common';

import { privateDirectory } from '../common/files/private-directory.ts';
import type { ResolvedSecondaryListener } from '../common/http/secondary-listener.options.ts';
import { ReportsHub } from '../reports/reports-hub.ts';
import { processLabels, measureRuntime } from '../stats/runtime-stats.ts';
import { Stats } from '../stats/stats.ts';
import { keptFiles } from './kept-files.ts';
import { GroupMetrics } from './metrics/group-metrics.ts';
import { metricsServer } from './metrics/metrics-server.ts';
import { createPages } from './pages.app.ts';

/** Part of the group's worker that the meta process uses. */
interface MetaProcess {
  readonly reportsPath?: string;
  readonly predecessor?: string;
  readonly hasMetricsListener: boolean;
  readonly listener?: ResolvedSecondaryListener;
  handOff<S extends Server>(server: S): S;
}

/** Starts the secondary listener's application, on the address that the primary has opened. */
export default async function bootstrap(worker: MetaProcess): Promise<INestApplication> {
  const { listener, reportsPath, predecessor } = worker;
  if (listener === undefined) throw new Error('A group starts this with its listener');
  const stats = new Stats();
  measureRuntime(stats, processLabels('meta'));
  const hub = new ReportsHub();
  if (reportsPath !== undefined) await hub.listen(reportsPath);
  const app = await createPages({
    listener,
    option: 'meta',
    source: hub,
    ownStats: stats,
    files: keptFiles(privateDirectory(), predecessor),
    serverFactory: (handler: RequestListener) => worker.handOff(createServer(handler)),
  });
  await app.listen(0);
  if (worker.hasMetricsListener) await serveMetrics(app.get(GroupMetrics), worker);
  return app;
}

/** Listens second: the primary knows the listeners of this process by their order. */
async function serveMetrics(metrics: GroupMetrics, worker: MetaProcess): Promise<void> {
  const server = worker.handOff(metricsServer(metrics));
  server.listen(0);
  await once(server, 'listening');
}
