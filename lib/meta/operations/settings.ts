import type { SettingCheck } from '../../reports/settings-reports.ts';
import { NotFoundError, OperationError } from '../meta.errors.ts';
import type { Operation } from './operation.ts';

const NAME = { name: 'name', label: 'Setting', kind: 'text' } as const;

/** Time for workers to check a value, those with a blocked event loop too. */
const CHECK_TIMEOUT_MS = 5_000;

/** Changes a setting in current and new workers until it expires. */
const setOperation: Operation = {
  name: 'settings.set',
  title: 'Change a setting',
  summary: 'Applies to current and new workers; reverts to the configured value when it expires.',
  access: 'operate',
  guard: 'settings.set',
  isQuick: true,
  fields: [
    NAME,
    { name: 'value', label: 'Value', kind: 'scalar' },
    { name: 'forMs', label: 'Duration (ms)', kind: 'number', preset: 3_600_000 },
  ],
  async run({ reports, input: { name, value, forMs }, by }) {
    const input = { name, value };
    const options = { timeoutMs: CHECK_TIMEOUT_MS };
    const { data, outcomes } = await reports.run<SettingCheck>('settings.check', input, options);
    const refusal = outcomes.find(({ status }) => status === 'failed');
    if (refusal !== undefined) throw new OperationError(refusal.error ?? 'A worker refused it');
    // A worker may not have it yet, such as the limit of a route that it has never served.
    const [known] = data.flatMap(({ value: checked }) => checked.value ?? []);
    if (known === undefined) throw new NotFoundError(`There is no setting "${name}"`);
    // Kept for workers that start later.
    await reports.runPrimary('settings.keep', { name, value: known, forMs, by });
    return { name, value: known, forMs };
  },
};

/** Ends the change of a setting. */
const resetOperation: Operation = {
  name: 'settings.reset',
  title: 'Reset a setting',
  summary: 'Its configured value applies again.',
  access: 'operate',
  isQuick: true,
  fields: [NAME],
  async run({ reports, input: { name }, by }) {
    await reports.runPrimary('settings.drop', { name, by });
    return { name };
  },
};

export const SETTING_OPERATIONS = [setOperation, resetOperation] as const;
