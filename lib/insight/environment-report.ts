import { REDACTED, type Redactor } from '../logging/redactor.ts';
import { isSecretName, withoutSecrets } from './redact-text.ts';

/** Environment variable. */
export interface VariableRow {
  name: string;
  /** Redacted unless `meta.env.show` has the name and the name does not sound secret. */
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
