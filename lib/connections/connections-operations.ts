import { integerOption, objectOption, stringOption } from '../common/options.ts';
import type { Reports } from '../reports/reports.ts';
import type { ConnectionManager } from './connection-manager.ts';

/** An operator's hold is limited, so that one that is forgotten ends: one day. */
const MAX_HOLD_MS = 86_400_000;

/** For how long where nothing is said: ten minutes. */
const DEFAULT_HOLD_MS = 600_000;

/**
 * What operators may do: `connections.hold-down` with `{ address, forMs }` keeps an address out of
 * use, `connections.mark-up` with `{ address }` lets it be used again. The returned function takes
 * both back.
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
  const ms = integerOption('input.forMs', forMs, { min: 1, max: MAX_HOLD_MS });
  manager.holdDown(key, ms);
  return { address: key, forMs: ms };
}

function markUp(manager: ConnectionManager, input: HoldInput): { address: string } {
  const { address } = objectOption('input', input, ['address']);
  const key = stringOption('input.address', address);
  manager.markUp(key);
  return { address: key };
}
