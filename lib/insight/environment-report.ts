import { REDACTED, type Redactor } from '../common/redaction/redactor.ts';

/** Environment variable. */
export interface VariableRow {
  name: string;
  /** Redacted unless `meta.showEnv` has the name and the name does not sound secret. */
  value: string;
  isHidden: boolean;
}

const MAX_VALUE = 2_000;

/**
 * Lists all variables, with the values of those in `show`. A value whose name sounds secret stays
 * hidden even then.
 */
export function environmentReport(
  env: NodeJS.ProcessEnv,
  show: readonly string[],
  redactor: Redactor,
): VariableRow[] {
  const shown = new Set(show);
  const names = Object.keys(env).toSorted();
  return names.map((name) => {
    const isHidden = !shown.has(name) || redactor.isSecretVariable(name);
    const value = isHidden ? REDACTED : redactor.text(env[name] ?? '');
    return { name, value: value.slice(0, MAX_VALUE), isHidden };
  });
}
