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

/** Registers the settings of a process, which the group changes. */
export function registerSettings(
  reports: Reports<WorkerShapes>,
  settings: Settings,
): (() => void)[] {
  const options = { takesOver: true };
  const check = (input: unknown): SettingCheck => {
    const { name, value } = settingQuestionOptions.check('', input, thisMachine());
    return { value: settings.check(name, value) ?? null };
  };
  return [
    reports.snapshot('settings', () => settings.snapshot(), options),
    reports.operation('settings.check', { access: 'operate', run: check }, options),
  ];
}

/** Operations of a primary on settings, for a process that has none. */
export const OWN_SETTINGS: Readonly<Record<string, (settings: Settings, input: unknown) => void>> =
  {
    'settings.keep': (settings, input) => {
      settings.change(settingChangeOptions.check('', input, thisMachine()));
    },
    'settings.drop': (settings, input) => {
      const { name, ifChanged } = settingResetOptions.check('', input, thisMachine());
      if (settings.reset(name) || ifChanged) return;
      const message = `no operator has changed the setting ${name}`;
      throw new ReportError('ERR_BUTTRESS_REPORTS_UNKNOWN', message);
    },
  };
