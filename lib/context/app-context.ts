import { hostname } from 'node:os';

import { processLifecycle, type ProcessIdentity } from '../common/lifecycle.ts';
import { isPoolThread } from '../common/pool-thread.ts';
import { processReports } from '../reports/process-reports.ts';
import type { Reports } from '../reports/reports.ts';
import { processStats } from '../stats/process-stats.ts';
import type { Stats } from '../stats/stats.ts';

/** One value of the configuration and where it came from. */
export interface ConfigEntry {
  name: string;
  /** Plain data. */
  value: unknown;
  /** `default`, `environment`, `code`, or the path of a file. */
  source: string;
}

/** Names that are kept; there are no more options than that. */
const MAX_ENTRIES = 2_000;

/** The configuration of this process, with the source of every value. */
export class ConfigSources {
  readonly #entries = new Map<string, ConfigEntry>();

  /** Notes a value; a later one of the same name takes its place. */
  note(name: string, value: unknown, source: string): void {
    if (this.#entries.size >= MAX_ENTRIES && !this.#entries.has(name)) return;
    this.#entries.set(name, { name, value, source });
  }

  entries(): ConfigEntry[] {
    return [...this.#entries.values()];
  }
}

/** The process: who it is, what it was told, what it counts and shows. The same for all requests. */
export class AppContext {
  /** When the process started. */
  readonly startedAt = new Date(performance.timeOrigin);
  readonly pid = process.pid;
  readonly hostname = hostname();
  readonly config = new ConfigSources();

  /** Worker and place in the group. */
  get identity(): ProcessIdentity {
    return processLifecycle().identity;
  }

  /** True from the start of a drain. */
  get draining(): boolean {
    return processLifecycle().phase !== 'SERVING';
  }

  /**
   * Whether this worker has its place in the group: false while it proves itself beside the one that it
   * will follow, and from the start of its drain on, and in threads of pools. Never true in two workers
   * of a slot.
   */
  get isCurrent(): boolean {
    return !isPoolThread() && processLifecycle().isCurrent;
  }

  get stats(): Stats {
    return processStats();
  }

  /** Where features register what they show. */
  get reports(): Reports {
    return processReports();
  }
}
