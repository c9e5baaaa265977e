import type { RequestListener, Server } from 'node:http';

import type { ResolvedSecondaryListener } from '../common/secondary-listener.options.ts';
import type { ReportsSource } from '../reports/reports-source.ts';

/** What the pages are made from. */
export interface PagesOptions {
  listener: ResolvedSecondaryListener;
  source: ReportsSource;
  serverFactory: (handler: RequestListener) => Server;
}
