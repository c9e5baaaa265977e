import { chmodSync, lstatSync, rmSync } from 'node:fs';

import type { ResolvedSecondaryListener } from '../common/secondary-listener.options.ts';
import type { ListenSpec } from './control-messages.ts';

const OWNER_ONLY = 0o600;

const HTTP = { refusal: 'http', clientFirst: true, ordinal: 0 } as const;

/** How the secondary listener listens. A socket that a killed group left behind is removed. */
export function listenSpecOf({ host, port, path }: ResolvedSecondaryListener): ListenSpec {
  if (path === undefined) return { host, port, ...HTTP };
  if (lstatSync(path, { throwIfNoEntry: false })?.isSocket() === true) rmSync(path);
  return { path, ...HTTP };
}

/** Nobody but the user of this process may connect to a unix socket. */
export function closeToOthers({ path }: ResolvedSecondaryListener): void {
  if (path !== undefined) chmodSync(path, OWNER_ONLY);
}
