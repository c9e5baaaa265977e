import { processConfig } from '../common/options/config-sources.ts';
import type { ConfigEntry } from '../common/options/config-values.ts';
import { processRedactor } from '../common/redaction/process-redactor.ts';

/** Configuration of this process without its secrets. */
export function configReport(): ConfigEntry[] {
  const redactor = processRedactor();
  return processConfig()
    .entries()
    .map(({ name, value, source }) => ({ name, value: redactor.field(name, value), source }));
}
