import type { ListenSpec, PlainSystemError } from './control-messages.ts';

/** Converts a system error to plain data for a worker. */
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

/** Readable reasons for common codes. */
const WORDS: Record<string, string> = {
  EADDRINUSE: 'the address is already in use',
  EACCES: 'permission denied',
  EADDRNOTAVAIL: 'this machine does not have the address',
};

/** Explains in one line why an address can't be opened. */
export function cannotListen(spec: ListenSpec, error: unknown): string {
  const { code, message } = plainError(error);
  return `cannot listen on ${placeOf(spec)}: ${WORDS[code] ?? message} (${code})`;
}

/** Readable form of a requested address. */
export function placeOf({ host, port, path }: Pick<ListenSpec, 'host' | 'port' | 'path'>): string {
  return path ?? `${host ?? '[::]'}:${port ?? 0}`;
}
