import type { RequestListener, Server } from 'node:http';

import type { ResolvedSecondaryListener } from '../common/http/secondary-listener.options.ts';
import type { ReportsSource } from '../reports/reports-source.ts';
import type { Stats } from '../stats/stats.ts';
import type { KeptFiles } from './kept-files.ts';

/** Parts that the pages' application is built from. */
export interface PagesOptions {
  listener: ResolvedSecondaryListener;
  /** Name of the option that `listener` comes from, for errors. */
  option: 'meta' | 'meta.listener';
  source: ReportsSource;
  /** Metrics of the process of the pages itself; absent where the application has pages of its own. */
  ownStats?: Stats;
  /** Files by which metrics and history outlive processes; absent without a group. */
  files?: KeptFiles;
  serverFactory: (handler: RequestListener) => Server;
}
