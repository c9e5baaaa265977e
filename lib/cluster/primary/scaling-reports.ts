import { thisMachine } from '../../common/options/machine.ts';
import type { PrimaryShapes } from '../../reports/report-types.ts';
import type { Reports } from '../../reports/reports.ts';
import { GroupOperationError } from '../cluster.errors.ts';
import type { Scaling, ScalingSnapshot } from '../scaling/scaling.ts';
import { scaleOptions } from './operators.options.ts';

declare module '../../reports/report-types.ts' {
  interface PrimaryReports {
    /** Null: it is no group. */
    scaling: ScalingSnapshot | null;
  }
}

/** Refuses a number out of bounds as an operation, with the same sentence. */
function asRefusal(order: () => number): number {
  try {
    return order();
  } catch (error) {
    throw error instanceof RangeError ? new GroupOperationError(error.message) : error;
  }
}

/** Registers the number of workers, and the operation that sets it. */
export function registerScaling(
  reports: Reports<PrimaryShapes>,
  scaling: Pick<Scaling, 'order' | 'snapshot'>,
): void {
  reports.snapshot('scaling', () => scaling.snapshot());
  reports.operation('scale', {
    access: 'operate',
    run: (input) => {
      const { by, workers = 'auto' } = scaleOptions.check('', input, thisMachine());
      return { workers: asRefusal(() => scaling.order({ workers, by })) };
    },
  });
}
