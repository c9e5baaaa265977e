import { isatty } from 'node:tty';

const STDIN = 0;

/** Whether this process was started on a terminal. */
export function isOnTerminal(): boolean {
  return isatty(STDIN);
}

/** Whether someone develops with this process: it was started on a terminal, and not for production. */
export function isDevelopment(): boolean {
  return isOnTerminal() && process.env['NODE_ENV'] !== 'production';
}
