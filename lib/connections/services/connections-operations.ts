import { thisMachine } from '../../common/options/machine.ts';
import type { Reports } from '../../reports/reports.ts';
import { type HoldAnswer, holdOptions, markUpOptions } from './hold.options.ts';
import type { ManagedServices } from './managed-services.ts';

/**
 * Registers operations: `connections.hold-down` with `{ address, forMs }` takes an address out of
 * use, `connections.mark-up` with `{ address }` marks it up again. Both leave an address alone that
 * this process has not met: see `followHolds`. Returns a function that removes both.
 */
export function registerOperations(reports: Reports, services: ManagedServices): () => void {
  const ends = [
    reports.operation(
      'connections.hold-down',
      { access: 'operate', run: (input) => holdDown(services, input) },
      { takesOver: true },
    ),
    reports.operation(
      'connections.mark-up',
      { access: 'operate', run: (input) => markUp(services, input) },
      { takesOver: true },
    ),
  ];
  return () => {
    for (const end of ends) end();
  };
}

function holdDown(services: ManagedServices, input: unknown): HoldAnswer & { forMs: number } {
  const { address, forMs } = holdOptions.check('input', input, thisMachine());
  const isKnown = services.knows(address);
  if (isKnown) services.holdDown(address, forMs);
  return { address, isKnown, forMs };
}

function markUp(services: ManagedServices, input: unknown): HoldAnswer {
  const { address } = markUpOptions.check('input', input, thisMachine());
  const isKnown = services.knows(address);
  if (isKnown) services.markUp(address);
  return { address, isKnown };
}
