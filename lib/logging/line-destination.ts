import type { DestinationStream } from 'pino';

/** Shared by all copies of this package in the thread; a bundle may contain a second one. */
const slot = Symbol.for('nestjs-buttress.lines');

interface LinesSlot {
  [slot]?: DestinationStream;
}

/** Redirects log lines of this thread from standard output to `stream`. */
export function redirectLines(stream: DestinationStream): void {
  (globalThis as LinesSlot)[slot] = stream;
}

/** Target of redirected lines; undefined: standard output. */
export function redirectedLines(): DestinationStream | undefined {
  return (globalThis as LinesSlot)[slot];
}
