import type { DestinationStream } from 'pino';

import { processWide } from '../common/process/process-wide.ts';

const lines = processWide<{ target?: DestinationStream }>('lines', () => ({}));

/** Redirects log lines of this thread from standard output to `stream`. */
export function redirectLines(stream: DestinationStream): void {
  lines().target = stream;
}

/** Target of redirected lines; undefined: standard output. */
export function redirectedLines(): DestinationStream | undefined {
  return lines().target;
}
