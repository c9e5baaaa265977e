import type { InheritedListener } from './inherited-sockets.ts';
import { socketAddress } from './kernel-sockets.ts';

/** First inherited socket: sd_listen_fds(3). */
const FIRST_FD = 3;

/** Maximum sockets taken. */
const MAX_FDS = 256;

/**
 * Takes the sockets that a service manager opened for this process (`LISTEN_FDS`). Removes their
 * variables from the environment: they are not for children.
 */
export function takeSystemdSockets(env: NodeJS.ProcessEnv, pid: number): InheritedListener[] {
  const { LISTEN_PID: forPid, LISTEN_FDS: count } = env;
  for (const name of ['LISTEN_PID', 'LISTEN_FDS', 'LISTEN_FDNAMES']) delete env[name];
  const fds = Number(count);
  if (Number(forPid) !== pid || !Number.isInteger(fds) || fds < 1) return [];
  const all = Array.from({ length: Math.min(fds, MAX_FDS) }, (_, index) => FIRST_FD + index);
  return all.flatMap((fd) => {
    const address = socketAddress(fd);
    return address === undefined ? [] : [{ address, fds: [fd] }];
  });
}
