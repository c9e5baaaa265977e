import { createServer } from 'node:http';

import { closeToOthers } from '../common/files/owner-only.ts';
import { type OnAddressInUse, untilFree } from '../common/http/patient-listen.ts';
import {
  MAX_PAGES_CONNECTIONS,
  type ResolvedSecondaryListener,
} from '../common/http/secondary-listener.options.ts';
import { processReports } from '../reports/process-reports.ts';
import { LocalReports } from './local-reports.ts';
import { createPages } from './pages.app.ts';

/** Pages that this process serves. */
export interface OpenPages {
  readonly address: string;
  close(): Promise<void>;
}

/** Opens pages for this process alone; waits while a predecessor holds the address. */
export async function openLocalPages(
  listener: ResolvedSecondaryListener,
  onInUse: OnAddressInUse,
): Promise<OpenPages> {
  const app = await createPages({
    listener,
    option: 'meta.listener',
    source: new LocalReports(processReports()),
    serverFactory: (handler) => {
      const server = createServer(handler);
      server.maxConnections = MAX_PAGES_CONNECTIONS;
      return server;
    },
  });
  const { host, port, path } = listener;
  if (path === undefined) {
    await untilFree({ port, host }, onInUse);
    await app.listen(port, host);
    return { address: await app.getUrl(), close: () => app.close() };
  }
  await untilFree({ path }, onInUse);
  await app.listen(path);
  closeToOthers(path);
  return { address: path, close: () => app.close() };
}
