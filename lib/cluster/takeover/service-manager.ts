import { execFile } from 'node:child_process';

/** Tells the service manager how this process is doing: sd_notify(3). */
export interface ServiceManager {
  ready(pid: number): void;
  stopping(): void;
  /** Tells it regularly that this process turns, if it wants to know. Ends with the returned function. */
  startWatchdog(): () => void;
}

const MICROSECONDS = 1_000;

/** Longest run of the helper, in milliseconds. */
const HELPER_MS = 5_000;

/**
 * The service manager that started this process, or nobody. Its socket takes datagrams of a kind
 * that Node can't send, so systemd's own `systemd-notify` does, which needs `NotifyAccess=all` in
 * the unit. The variables are taken out of the environment: they are not for children.
 *
 * @param onError called when a message could not be sent
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

/** For the process that takes over: what it needs to tell the service manager itself. */
export function serviceManagerVariables(env: NodeJS.ProcessEnv): Record<string, string> {
  const { NOTIFY_SOCKET, WATCHDOG_USEC } = env;
  return {
    ...(NOTIFY_SOCKET === undefined ? {} : { NOTIFY_SOCKET }),
    ...(WATCHDOG_USEC === undefined ? {} : { WATCHDOG_USEC }),
  };
}

const NOBODY: ServiceManager = { ready: ignore, stopping: ignore, startWatchdog: () => ignore };

function ignore(): void {}
