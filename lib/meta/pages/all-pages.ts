import { acceptQueuePage } from './accept-queue.page.ts';
import { admissionPage } from './admission.page.ts';
import { blockedLoopPage } from './blocked-loop.page.ts';
import { configPage } from './config.page.ts';
import { connectionsPage } from './connections.page.ts';
import { dependenciesPage } from './dependencies.page.ts';
import { environmentPage } from './environment.page.ts';
import { errorsPage } from './errors.page.ts';
import { exitsPage } from './exits.page.ts';
import { healthPage } from './health.page.ts';
import { journalPage } from './journal.page.ts';
import { livenessPage } from './liveness.page.ts';
import { logLevelsPage } from './log-levels.page.ts';
import { logsPage } from './logs.page.ts';
import { modulesPage } from './modules.page.ts';
import { overloadPage } from './overload.page.ts';
import { overviewPage } from './overview/overview.page.ts';
import { ownPages } from './own.page.ts';
import { packagesPage } from './packages.page.ts';
import type { Page } from './page.ts';
import { processPage } from './process.page.ts';
import { readinessPage } from './readiness.page.ts';
import { requestsPage } from './requests.page.ts';
import { resourcesPage } from './resources.page.ts';
import { routesPage } from './routes.page.ts';
import { runtimePage } from './runtime.page.ts';
import { scalingPage } from './scaling.page.ts';
import { settingsPage } from './settings.page.ts';
import { socketsPage } from './sockets.page.ts';
import { statsPage } from './stats.page.ts';
import { threadsPage } from './threads.page.ts';
import { warningsPage } from './warnings.page.ts';
import { workersPage } from './workers.page.ts';

/** Pages by section, in the order of its tabs; those that need more than reports are added elsewhere. */
export const ALL_PAGES: readonly Page[] = [
  overviewPage,
  journalPage,
  healthPage,
  readinessPage,
  livenessPage,
  warningsPage,
  workersPage,
  exitsPage,
  scalingPage,
  blockedLoopPage,
  processPage,
  runtimePage,
  resourcesPage,
  requestsPage,
  routesPage,
  overloadPage,
  acceptQueuePage,
  admissionPage,
  threadsPage,
  dependenciesPage,
  connectionsPage,
  socketsPage,
  errorsPage,
  logsPage,
  logLevelsPage,
  statsPage,
  configPage,
  modulesPage,
  packagesPage,
  environmentPage,
  settingsPage,
  ownPages,
];
