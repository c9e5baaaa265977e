import type { Clock } from '../../common/clock.ts';
import { thisMachine } from '../../common/options/machine.ts';
import type { PrimaryShapes } from '../../reports/report-types.ts';
import type { Reports } from '../../reports/reports.ts';
import { settingChangeOptions, settingResetOptions } from '../../reports/setting.options.ts';
import { GroupOperationError } from '../cluster.errors.ts';
import type { PrimaryLog } from '../primary-log.ts';
import type { Supervisor } from '../supervision/supervisor.ts';
import { GroupHealth, type HealthFailure } from './group-health.ts';
import type { GroupReadiness } from './group-readiness.ts';
import { KeptSettings } from './kept-settings.ts';
import { type ActionRecord, OperatorActions } from './operator-actions.ts';
import type { OperatorState } from './operator-state.ts';
import {
  failHealthOptions,
  operatorOptions,
  putBackOptions,
  takeOutOptions,
} from './operators.options.ts';
import { OutWorkers } from './out-workers.ts';
import { workerOf } from './primary-reports.ts';

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
  /** The monotonic clock of the machine. */
  machineClock: Clock;
  log: PrimaryLog;
  /** State in the group that this one takes over from; undefined: there is none. */
  operators: OperatorState | undefined;
  readiness: () => GroupReadiness;
  supervisor: Supervisor;
  quorum: number;
  /** Called when a worker takes connections again. */
  onBack: () => void;
}

/** What operators change in the primary: it outlives workers and the process of the pages. */
export class Operators {
  readonly health: GroupHealth;
  readonly settings: KeptSettings;
  readonly #actions: OperatorActions;
  readonly #out: OutWorkers;
  readonly #readiness: () => GroupReadiness;
  readonly #supervisor: Supervisor;

  constructor(options: OperatorsOptions) {
    const { clock, log, operators, readiness, supervisor } = options;
    this.#readiness = readiness;
    this.#supervisor = supervisor;
    this.#actions = new OperatorActions(log);
    this.health = new GroupHealth({
      clock,
      inherited: operators?.health ?? null,
      actions: this.#actions,
      onChange: () => readiness().tell(),
    });
    this.settings = new KeptSettings({
      clock: options.machineClock,
      actions: this.#actions,
      inherited: operators?.settings ?? [],
      onChange: (overrides) => {
        const message = { kind: 'settings', overrides } as const;
        for (const { process } of supervisor.everyone) process?.send(message);
      },
    });
    this.#out = new OutWorkers({
      ...options,
      actions: this.#actions,
      workers: () => supervisor.workers,
    });
  }

  get state(): OperatorState {
    return { health: this.health.failure, settings: this.settings.list };
  }

  /** Takes what operators changed in the old group until this one took over. */
  adopt({ health, settings }: OperatorState): void {
    this.health.adopt(health);
    this.settings.adopt(settings);
  }

  /** Registers the changes, their state and their records. */
  register(reports: Reports<PrimaryShapes>): void {
    reports.snapshot('actions', () => this.#actions.records);
    reports.snapshot('health', () => {
      const { isReady, readyWorkers, quorum } = this.#readiness();
      return { isReady, readyWorkers, quorum, failure: this.health.failure };
    });
    this.#registerHealth(reports);
    this.#registerSettings(reports);
    reports.operation('take-out', {
      access: 'operate',
      run: (input) => {
        const worker = workerOf(this.#supervisor, input);
        this.#out.take(worker, takeOutOptions.check('', input, thisMachine()));
        return { isOut: true };
      },
    });
    reports.operation('put-back', {
      access: 'operate',
      run: (input) => {
        const worker = workerOf(this.#supervisor, input);
        this.#out.putBack(worker, putBackOptions.check('', input, thisMachine()).by);
        return { isOut: false };
      },
    });
  }

  /** A worker has checked the value before. */
  #registerSettings(reports: Reports<PrimaryShapes>): void {
    reports.operation('settings.keep', {
      access: 'operate',
      run: (input) => {
        this.settings.change(settingChangeOptions.check('', input, thisMachine()));
      },
    });
    reports.operation('settings.drop', {
      access: 'operate',
      run: (input) => {
        const { name, by, ifChanged } = settingResetOptions.check('', input, thisMachine());
        if (!ifChanged || this.settings.has(name)) this.settings.reset(name, by);
      },
    });
  }

  #registerHealth(reports: Reports<PrimaryShapes>): void {
    reports.operation('fail-health', {
      access: 'operate',
      run: (input) => {
        this.health.fail(failHealthOptions.check('', input, thisMachine()));
        return this.health.failure;
      },
    });
    reports.operation('restore-health', {
      access: 'operate',
      run: (input) => {
        const { by } = operatorOptions.check('', input, thisMachine());
        if (this.health.restore(by)) return { restored: true };
        throw new GroupOperationError('no operator has failed the health');
      },
    });
  }

  /** Ends what has lasted its time. Call it several times a second. */
  tick(): void {
    this.health.tick();
    this.#out.tick();
    this.settings.tick();
  }
}
