import { thisMachine } from '../common/options/machine.ts';
import type { WorkerShapes } from './report-types.ts';
import { ReportError, type Reports } from './reports.ts';
import {
  settingChangeOptions,
  settingQuestionOptions,
  settingResetOptions,
  type SettingValue,
} from './setting.options.ts';
import type { SettingRow, Settings } from './settings.ts';

declare module './report-types.ts' {
  interface WorkerReports {
    settings: SettingRow[];
  }
}

/** Answer of a worker to whether a setting accepts a value. */
export interface SettingCheck {
  /** Null: it does not have the setting. */
  value: SettingValue | null;
}

/**
 * Registers the settings of a process. The group keeps what operators change; a process that is
 * alone does so itself.
 */
export function registerSettings(
  reports: Reports<WorkerShapes>,
  settings: Settings,
  isAlone: boolean,
): (() => void)[] {
  const options = { takesOver: true };
  const check = (input: unknown): SettingCheck => {
    const { name, value } = settingQuestionOptions.check('', input, thisMachine());
    return { value: settings.check(name, value) ?? null };
  };
  const ends = [
    reports.snapshot('settings', () => settings.snapshot(), options),
    reports.operation('settings.check', { access: 'operate', run: check }, options),
  ];
  if (!isAlone) return ends;
  const change = (input: unknown): void => {
    settings.change(settingChangeOptions.check('', input, thisMachine()));
  };
  const reset = (input: unknown): void => {
    const { name, ifChanged } = settingResetOptions.check('', input, thisMachine());
    if (settings.reset(name) || ifChanged) return;
    const message = `no operator has changed the setting ${name}`;
    throw new ReportError('ERR_BUTTRESS_REPORTS_UNKNOWN', message);
  };
  return [
    ...ends,
    reports.operation('settings.keep', { access: 'operate', run: change }, options),
    reports.operation('settings.drop', { access: 'operate', run: reset }, options),
  ];
}
