import { chmodSync } from 'node:fs';

import type { ResolvedSecondaryListener } from '../../common/secondary-listener.options.ts';
import type { ListenSpec } from '../protocol/control-messages.ts';

const OWNER_ONLY = 0o600;

const HTTP = { refusal: 'http', clientFirst: true, ordinal: 0 } as const;

/** Listen options of the secondary listener. */
export function listenSpecOf({ host, port, path }: ResolvedSecondaryListener): ListenSpec {
  return path === undefined ? { host, port, ...HTTP } : { path, ...HTTP };
}

/** Restricts a unix socket to the user of this process. */
export function closeToOthers({ path }: ResolvedSecondaryListener): void {
  if (path !== undefined) chmodSync(path, OWNER_ONLY);
}
