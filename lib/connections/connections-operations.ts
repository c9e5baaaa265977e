import { DAY_MS } from '../common/clock.ts';
import { integerOption, objectOption, stringOption } from '../common/options/checks.ts';
import type { Reports } from '../reports/reports.ts';
import type { ConnectionManager } from './connection-manager.ts';

/** Hold without `forMs`: ten minutes. */
const DEFAULT_HOLD_MS = 600_000;

/**
 * Registers operations: `connections.hold-down` with `{ address, forMs }` takes an address out of
 * use, `connections.mark-up` with `{ address }` marks it up again. Returns a function that removes
 * both.
 */
export function registerOperations(reports: Reports, manager: ConnectionManager): () => void {
  const ends = [
    reports.operation(
      'connections.hold-down',
      { access: 'operate', run: (input) => holdDown(manager, input as HoldInput) },
      { takesOver: true },
    ),
    reports.operation(
      'connections.mark-up',
      { access: 'operate', run: (input) => markUp(manager, input as HoldInput) },
      { takesOver: true },
    ),
  ];
  return () => {
    for (const end of ends) end();
  };
}

interface HoldInput {
  address?: unknown;
  forMs?: unknown;
}

function holdDown(
  manager: ConnectionManager,
  input: HoldInput,
): { address: string; forMs: number } {
  const { address, forMs = DEFAULT_HOLD_MS } = objectOption('input', input, ['address', 'forMs']);
  const key = stringOption('input.address', address);
  // Bounded, so that a forgotten hold ends.
  const ms = integerOption('input.forMs', forMs, { min: 1, max: DAY_MS });
  manager.holdDown(key, ms);
  return { address: key, forMs: ms };
}

function markUp(manager: ConnectionManager, input: HoldInput): { address: string } {
  const { address } = objectOption('input', input, ['address']);
  const key = stringOption('input.address', address);
  manager.markUp(key);
  return { address: key };
}
