import type { SettingRow } from '../../reports/settings.ts';
import type { WorkerAnswer } from '../envelope.ts';

/** A setting, and the workers that have it so. */
export interface SettingOfGroup extends SettingRow {
  workers: number[];
}

/**
 * Settings of all workers by name. Workers that differ, as during a reload, have a row each; the
 * time left of a change differs by the time of the answer alone.
 */
export function mergeSettings(answers: readonly WorkerAnswer<SettingRow[]>[]): SettingOfGroup[] {
  const rows = new Map<string, SettingOfGroup>();
  for (const { worker, value } of answers) {
    for (const row of value) {
      const changed = row.changed && { by: row.changed.by, since: row.changed.since };
      const key = JSON.stringify({ ...row, changed });
      const known = rows.get(key);
      if (known === undefined) rows.set(key, { ...row, workers: [worker] });
      else known.workers.push(worker);
    }
  }
  return [...rows.values()].toSorted((a, b) => {
    // What is changed comes first.
    const first = Number(b.changed !== null) - Number(a.changed !== null);
    return first === 0 ? a.name.localeCompare(b.name) : first;
  });
}
