import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const UNKNOWN = '(native code)';

/** Longest file that is read, in characters. */
const MAX_LENGTH = 16_384;

/** Where a worker's sentinel leaves the stack of a loop that is blocked for long. */
export function lastStackPath(directory: string, worker: number): string {
  return join(directory, `blocked-${worker}.txt`);
}

/** The frames that the sentinel of a worker left last, the innermost first. */
export function readLastStack(directory: string | undefined, worker: number): string[] | undefined {
  if (directory === undefined) return undefined;
  try {
    const text = readFileSync(lastStackPath(directory, worker), 'utf8').slice(0, MAX_LENGTH);
    return text.split('\n').filter((line) => line !== '');
  } catch {
    return undefined;
  }
}

/** What the application called is to blame, not what Node does for it. */
export function topFrameOf(stack: readonly string[]): string {
  return stack.find((frame) => !frame.includes('(node:')) ?? stack[0] ?? UNKNOWN;
}
