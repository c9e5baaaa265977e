import { REDACTED, type Redactor } from '../logging/redactor.ts';
import { isSecretName, withoutSecrets } from './redact-text.ts';

/** One variable of the environment. */
export interface VariableRow {
  name: string;
  /** Hidden unless it was allowed, and its name does not speak against it. */
  value: string;
  isHidden: boolean;
}

const MAX_VALUE = 2_000;

/**
 * Names of all variables, and the values of those that may be seen. A name that sounds secret
 * wins over a permission.
 */
export function environmentReport(
  env: NodeJS.ProcessEnv,
  show: ReadonlySet<string>,
  redactor: Redactor,
): VariableRow[] {
  const names = Object.keys(env).toSorted();
  return names.map((name) => {
    const isHidden = !show.has(name) || isSecretName(name);
    const value = isHidden ? REDACTED : withoutSecrets(env[name] ?? '', redactor);
    return { name, value: value.slice(0, MAX_VALUE), isHidden };
  });
}
