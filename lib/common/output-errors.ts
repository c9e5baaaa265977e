let isTolerated = false;

/**
 * Lets this process outlive whatever takes its output: a reader that has gone (EPIPE) or a full disk
 * (ENOSPC) would else end it with the next line. What is written meanwhile is lost. Writes to a pipe
 * that nobody empties do not block from now on.
 */
export function tolerateOutputErrors(): void {
  if (isTolerated) return;
  isTolerated = true;
  // Node has a pipe not block from the moment on in which its stream is made, which is now.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', ignore);
}

const OUTPUT_ERRORS: ReadonlySet<unknown> = new Set(['EPIPE', 'ENOSPC', 'EDQUOT', 'EIO', 'EAGAIN']);

/** Whether an error tells that output could not be written. */
export function isOutputError(error: unknown): boolean {
  const { code, syscall } = (error ?? {}) as NodeJS.ErrnoException;
  return syscall === 'write' && OUTPUT_ERRORS.has(code);
}

function ignore(): void {}
