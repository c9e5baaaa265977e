import { isOutputError } from '../../common/output-errors.ts';
import type { PrimaryLog } from '../primary-log.ts';

/**
 * Lets the primary survive messages of a worker that make Node's own code throw: `cluster` trusts
 * what a worker sends. Such an error has nothing but Node's functions in its stack. Output that
 * nobody takes is no reason to end either. Any other error ends the process, as it would without this.
 *
 * @param end ends the process
 * @returns takes the guard back
 */
export function guardPrimary(log: PrimaryLog, end: () => void): () => void {
  const guard = (error: unknown): void => {
    if (isOutputError(error)) return;
    const { message, stack = '' } = error instanceof Error ? error : new Error(String(error));
    if (isOfNode(stack)) return log('error', 'a worker sent nonsense to Node', { message });
    log('error', 'uncaught exception in the primary', { message, stack });
    end();
  };
  process.on('uncaughtException', guard);
  return () => void process.off('uncaughtException', guard);
}

/** Whether every function on the stack is Node's, and one reads the messages of children. */
export function isOfNode(stack: string): boolean {
  const frames = stack.split('\n').filter((line) => line.trimStart().startsWith('at '));
  const isReading = frames.some((frame) => /node:internal\/(?:cluster|child_process)/.test(frame));
  // Functions of the engine, as `JSON.parse`, have no place.
  return isReading && frames.every((frame) => /\(node:|at node:|\(<anonymous>\)$/.test(frame));
}
