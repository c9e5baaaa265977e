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
export function cannotListen(spec: ListenSpec, error: unknown): string {
  const { code, message } = plainError(error);
  return `cannot listen on ${placeOf(spec)}: ${WORDS[code] ?? message} (${code})`;
}

/** An address that was asked for, as people write it. */
export function placeOf({ host, port, path }: Pick<ListenSpec, 'host' | 'port' | 'path'>): string {
  return path ?? `${host ?? '[::]'}:${port ?? 0}`;
}
