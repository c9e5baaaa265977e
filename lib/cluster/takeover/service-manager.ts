import { execFile } from 'node:child_process';

import { ignore } from '../../common/ignore.ts';

/** Notifies the service manager of this process's state: sd_notify(3). */
export interface ServiceManager {
  ready(pid: number): void;
  stopping(): void;
  /** Sends watchdog pings if the manager wants them. @returns stops them */
  startWatchdog(): () => void;
}

const MICROSECONDS = 1_000;

/** Timeout of `systemd-notify`. */
const HELPER_MS = 5_000;

/**
 * Finds the service manager that started this process, if any. Node can't send unix
 * datagrams, so `systemd-notify` does, which needs `NotifyAccess=all` in the unit. Removes the
 * variables from the environment: they are not for children.
 *
 * @param onError called when a notification could not be sent
 */
export function takeServiceManager(
  env: NodeJS.ProcessEnv,
  pid: number,
  onError: (reason: string) => void,
): ServiceManager {
  const { NOTIFY_SOCKET: socket, WATCHDOG_USEC: everyUs, WATCHDOG_PID: forPid, PATH } = env;
  for (const name of ['NOTIFY_SOCKET', 'WATCHDOG_USEC', 'WATCHDOG_PID']) delete env[name];
  if (socket === undefined) return NOBODY;
  const notify = (...news: string[]): void => {
    const about = { env: { NOTIFY_SOCKET: socket, PATH }, timeout: HELPER_MS };
    execFile('systemd-notify', news, about, (error) => {
      if (error !== null) onError(error.message);
    });
  };
  const everyMs = Number(everyUs) / MICROSECONDS;
  const isWatched = everyMs > 0 && (forPid === undefined || Number(forPid) === pid);
  return {
    ready: (mainPid) => notify('READY=1', `MAINPID=${mainPid}`),
    stopping: () => notify('STOPPING=1'),
    startWatchdog: () => {
      if (!isWatched) return ignore;
      const timer = setInterval(() => notify('WATCHDOG=1'), everyMs / 2);
      return () => clearInterval(timer);
    },
  };
}

/** Variables with which a new primary can notify the service manager itself. */
export function serviceManagerVariables(env: NodeJS.ProcessEnv): Record<string, string> {
  const { NOTIFY_SOCKET, WATCHDOG_USEC } = env;
  return {
    ...(NOTIFY_SOCKET === undefined ? {} : { NOTIFY_SOCKET }),
    ...(WATCHDOG_USEC === undefined ? {} : { WATCHDOG_USEC }),
  };
}

const NOBODY: ServiceManager = { ready: ignore, stopping: ignore, startWatchdog: () => ignore };
