import type { SettingOverride } from '../../reports/overrides.ts';
import type { HealthFailure } from './group-health.ts';

/** What operators have changed, for a group that takes over. */
export interface OperatorState {
  health: HealthFailure | null;
  settings: readonly SettingOverride[];
}
