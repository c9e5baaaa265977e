import { chmodSync } from 'node:fs';

/** Mode of files and unix sockets that only the user of this process may use. */
export const OWNER_ONLY = 0o600;

/** Restricts a file or unix socket to the user of this process. */
export function closeToOthers(path: string): void {
  chmodSync(path, OWNER_ONLY);
}
