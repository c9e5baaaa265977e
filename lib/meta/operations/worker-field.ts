import type { OperationField } from '../../reports/reports.ts';
import type { OperationInput } from './operation.ts';

/** Field of operations on one worker. */
export const WORKER_FIELD: OperationField = { name: 'worker', label: 'Worker', kind: 'number' };

/** Field of operations on one worker or all. */
export const WORKER_OR_ALL_FIELD: OperationField = {
  name: 'worker',
  label: 'Worker (empty: all)',
  kind: 'number',
  isOptional: true,
};

/**
 * Worker that an input names; undefined: none. A field of the application's own operations may be
 * called the same and mean something else.
 */
export function workerIn(
  fields: readonly OperationField[],
  input: OperationInput,
): number | undefined {
  const isOurs = fields.some((field) => field === WORKER_FIELD || field === WORKER_OR_ALL_FIELD);
  const { worker } = input;
  return isOurs && typeof worker === 'number' ? worker : undefined;
}
