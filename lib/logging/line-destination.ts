import type { DestinationStream } from 'pino';

/** Shared by all copies of this package in the thread: a bundle may bring a second one. */
const slot = Symbol.for('nestjs-buttress.lines');

interface LinesSlot {
  [slot]?: DestinationStream;
}

/** From now on lines of log go to `stream` in this thread, and not to standard output. */
export function redirectLines(stream: DestinationStream): void {
  (globalThis as LinesSlot)[slot] = stream;
}

/** Where lines go instead of standard output; undefined: there. */
export function redirectedLines(): DestinationStream | undefined {
  return (globalThis as LinesSlot)[slot];
}
