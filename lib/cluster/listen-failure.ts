import type { ListenSpec, PlainSystemError } from './control-messages.ts';

/** A system error as it goes to a worker. */
export function plainError(error: unknown): PlainSystemError {
  const { message, code, syscall, address, port } = error as NodeJS.ErrnoException &
    PlainSystemError;
  return {
    message,
    code,
    ...(syscall === undefined ? {} : { syscall }),
    ...(address === undefined ? {} : { address }),
    ...(port === undefined ? {} : { port }),
  };
}

/** What the common ones mean, in words. */
const WORDS: Record<string, string> = {
  EADDRINUSE: 'the address is in use already',
  EACCES: 'it is not allowed',
  EADDRNOTAVAIL: 'the address is not one of this machine',
};

/** Why an address can't be had, in one line. */
export function cannotListen({ host, port, path }: ListenSpec, error: unknown): string {
  const { code, message } = plainError(error);
  const where = path ?? `${host ?? '[::]'}:${port ?? 0}`;
  return `cannot listen on ${where}: ${WORDS[code] ?? message} (${code})`;
}
