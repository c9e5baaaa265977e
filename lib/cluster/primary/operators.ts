import type { Clock } from '../../common/clock.ts';
import { thisMachine } from '../../common/options/machine.ts';
import type { PrimaryShapes } from '../../reports/report-types.ts';
import type { Reports } from '../../reports/reports.ts';
import { GroupOperationError } from '../cluster.errors.ts';
import type { PrimaryLog } from '../primary-log.ts';
import { failHealthOptions, operatorOptions } from './fail-health.options.ts';
import { GroupHealth, type HealthFailure } from './group-health.ts';
import type { GroupReadiness } from './group-readiness.ts';
import { type ActionRecord, OperatorActions } from './operator-actions.ts';

/** Whether the group is ready, and why. */
export interface GroupHealthReport {
  isReady: boolean;
  /** READY workers that pass their own checks. */
  readyWorkers: number;
  /** READY workers that make the group ready. */
  quorum: number;
  /** Null: no operator has failed the health. */
  failure: HealthFailure | null;
}

declare module '../../reports/report-types.ts' {
  interface PrimaryReports {
    health: GroupHealthReport;
    /** Changes by operators that last, and their ends, newest first. */
    actions: ActionRecord[];
  }
}

export interface OperatorsOptions {
  clock: Clock;
  log: PrimaryLog;
  /** Health that was failed in the group that this one takes over from. */
  health: HealthFailure | null;
  readiness: () => GroupReadiness;
}

/** What operators change in the primary: it outlives workers and the process of the pages. */
export class Operators {
  readonly health: GroupHealth;
  readonly #actions: OperatorActions;
  readonly #readiness: () => GroupReadiness;

  constructor({ clock, log, health: inherited, readiness }: OperatorsOptions) {
    this.#readiness = readiness;
    this.#actions = new OperatorActions(log);
    this.health = new GroupHealth({
      clock,
      inherited,
      actions: this.#actions,
      onChange: () => readiness().tell(),
    });
  }

  /** Registers the changes, their state and their records. */
  register(reports: Reports<PrimaryShapes>): void {
    reports.snapshot('actions', () => this.#actions.records);
    reports.snapshot('health', () => {
      const { isReady, readyWorkers, quorum } = this.#readiness();
      return { isReady, readyWorkers, quorum, failure: this.health.failure };
    });
    reports.operation('fail-health', {
      access: 'operate',
      run: (input) => {
        this.health.fail(failHealthOptions.check('', input as never, thisMachine()));
        return this.health.failure;
      },
    });
    reports.operation('restore-health', {
      access: 'operate',
      run: (input) => {
        const { by } = operatorOptions.check('', input as never, thisMachine());
        if (this.health.restore(by)) return { restored: true };
        throw new GroupOperationError('no operator has failed the health');
      },
    });
  }

  /** Ends what has lasted its time. Call it several times a second. */
  tick(): void {
    this.health.tick();
  }
}
