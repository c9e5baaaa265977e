import { type HoldAnswer, holdName, KEPT_MIN_MS } from '../../connections/services/hold.options.ts';
import type { WorkerAnswer } from '../envelope.ts';
import type { GroupReports } from '../group-reports.provider.ts';
import { OperationError } from '../meta.errors.ts';

interface CarriedOut {
  /** Name of the operation. */
  name: string;
  /** Name of the visitor. */
  by: string;
  answers: readonly WorkerAnswer[];
}

/**
 * Has the group keep which addresses are held: workers and pool threads that have not met an
 * address, or start later, hold it too. Does nothing after other operations.
 *
 * @throws OperationError when no worker knows the address, or the primary refuses, such as beyond
 *   50 changes
 */
export async function keepHolds(
  reports: GroupReports,
  { name, by, answers }: CarriedOut,
): Promise<void> {
  const isHold = name === 'connections.hold-down';
  if (!isHold && name !== 'connections.mark-up') return;
  const given = answers.map(({ value }) => value as HoldAnswer & { forMs?: number });
  const { address = '', forMs = 0 } = given[0] ?? {};
  const setting = holdName(address);
  if (!isHold) await reports.runPrimary('settings.drop', { name: setting, by, ifChanged: true });
  if (given.every(({ isKnown }) => isKnown === false)) {
    throw new OperationError(`No service has an address "${address}"`);
  }
  if (!isHold) return;
  const longEnough = Math.max(KEPT_MIN_MS, forMs);
  await reports.runPrimary('settings.keep', { name: setting, value: true, forMs: longEnough, by });
}
