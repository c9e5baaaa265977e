import { toError } from '../../common/errors/to-error.ts';
import { isOutputError } from '../../common/process/output-errors.ts';
import type { PrimaryLog } from '../primary-log.ts';

/**
 * Keeps the primary alive when a worker's message makes Node's own code throw: `cluster` trusts
 * its workers. Such an error has only Node's functions in its stack. Output errors are ignored
 * too. Any other error ends the process, as without this guard.
 *
 * @param end ends the process
 * @returns removes the guard
 */
export function guardPrimary(log: PrimaryLog, end: () => void): () => void {
  const guard = (error: unknown): void => {
    if (isOutputError(error)) return;
    const { message, stack = '' } = toError(error);
    if (isOfNode(stack)) return log('error', 'invalid IPC message from a worker', { message });
    log('error', 'uncaught exception in the primary', { message, stack });
    end();
  };
  process.on('uncaughtException', guard);
  return () => void process.off('uncaughtException', guard);
}

/** Whether every frame of the stack is Node's, and one reads messages of children. */
export function isOfNode(stack: string): boolean {
  const frames = stack.split('\n').filter((line) => line.trimStart().startsWith('at '));
  const isReading = frames.some((frame) => /node:internal\/(?:cluster|child_process)/.test(frame));
  // Built-in functions such as `JSON.parse` have no location.
  return isReading && frames.every((frame) => /\(node:|at node:|\(<anonymous>\)$/.test(frame));
}
