import { isatty } from 'node:tty';

const STDIN = 0;

/** Whether this process was started on a terminal. */
export function isOnTerminal(): boolean {
  return isatty(STDIN);
}

/** Whether this is development: started on a terminal, and `NODE_ENV` is not `production`. */
export function isDevelopment(): boolean {
  return isOnTerminal() && process.env['NODE_ENV'] !== 'production';
}
