import { hostname } from 'node:os';

import { type ConfigSources, processConfig } from '../common/options/config-sources.ts';
import { processLifecycle, type ProcessIdentity } from '../common/process/lifecycle.ts';
import { isPoolThread } from '../common/process/pool-thread.ts';
import { processReports } from '../reports/process-reports.ts';
import { processSettings } from '../reports/process-settings.ts';
import type { Reports } from '../reports/reports.ts';
import type { Settings } from '../reports/settings.ts';
import { processStats } from '../stats/process-stats.ts';
import type { Stats } from '../stats/stats.ts';

/** Identity, configuration, statistics and reports of the process; shared by all requests. */
export class AppContext {
  /** Start of the process. */
  readonly startedAt = new Date(performance.timeOrigin);
  readonly pid = process.pid;
  readonly hostname = hostname();
  readonly config: ConfigSources = processConfig();

  /** Worker number and slot in the group. */
  get identity(): ProcessIdentity {
    return processLifecycle().identity;
  }

  /** True from the start of a drain. */
  get isDraining(): boolean {
    return processLifecycle().phase !== 'SERVING';
  }

  /**
   * Whether this worker owns its slot. False while it starts beside its predecessor, from the start
   * of its drain, and in pool threads. Never true in two workers of a slot.
   */
  get isCurrent(): boolean {
    return !isPoolThread() && processLifecycle().isCurrent;
  }

  get stats(): Stats {
    return processStats();
  }

  /** Values that operators change at run time. */
  get settings(): Settings {
    return processSettings();
  }

  /** Registry of what features show on the pages. */
  get reports(): Reports {
    return processReports();
  }
}
