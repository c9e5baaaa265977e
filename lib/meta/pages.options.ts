import type { RequestListener, Server } from 'node:http';

import type { ResolvedSecondaryListener } from '../common/secondary-listener.options.ts';
import type { ReportsSource } from '../reports/reports-source.ts';

/** Parts that the pages' application is built from. */
export interface PagesOptions {
  listener: ResolvedSecondaryListener;
  /** Name of the option that `listener` comes from, for errors. */
  option: 'meta' | 'meta.listener';
  source: ReportsSource;
  serverFactory: (handler: RequestListener) => Server;
}
