import type { RequestListener, Server } from 'node:http';

import type { ResolvedSecondaryListener } from '../common/secondary-listener.options.ts';
import type { ReportsSource } from '../reports/reports-source.ts';

/** Parts that the pages' application is built from. */
export interface PagesOptions {
  listener: ResolvedSecondaryListener;
  source: ReportsSource;
  serverFactory: (handler: RequestListener) => Server;
}
