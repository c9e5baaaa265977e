import { ignore } from '../ignore.ts';

let isTolerated = false;

/**
 * Lets this process survive failing output: a closed reader (EPIPE) or a full disk (ENOSPC) would
 * otherwise end it at the next line. Loses output meanwhile. Makes writes to pipes non-blocking.
 */
export function tolerateOutputErrors(): void {
  if (isTolerated) return;
  isTolerated = true;
  // Node makes a pipe non-blocking when it creates the stream, which happens here.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', ignore);
}

const OUTPUT_ERRORS: ReadonlySet<unknown> = new Set(['EPIPE', 'ENOSPC', 'EDQUOT', 'EIO', 'EAGAIN']);

/** Whether an error means that output could not be written. */
export function isOutputError(error: unknown): boolean {
  const { code, syscall } = (error ?? {}) as NodeJS.ErrnoException;
  return syscall === 'write' && OUTPUT_ERRORS.has(code);
}
