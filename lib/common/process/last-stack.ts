import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const UNKNOWN = '(native code)';

/** Most characters read from the file. */
const MAX_LENGTH = 16_384;

/** Path at which a worker's sentinel leaves the stack of a long block. */
export function lastStackPath(directory: string, worker: number): string {
  return join(directory, `blocked-${worker}.txt`);
}

/** Frames of the stack that a worker's sentinel left last, innermost first. */
export function readLastStack(directory: string | undefined, worker: number): string[] | undefined {
  if (directory === undefined) return undefined;
  try {
    const text = readFileSync(lastStackPath(directory, worker), 'utf8').slice(0, MAX_LENGTH);
    return text.split('\n').filter((line) => line !== '');
  } catch {
    return undefined;
  }
}

/** Innermost frame outside Node: blames the application's call, not Node's work for it. */
export function topFrameOf(stack: readonly string[]): string {
  return stack.find((frame) => !frame.includes('(node:')) ?? stack[0] ?? UNKNOWN;
}
