import type { FeatureOptions } from '../options/feature-options.ts';
import { processWide } from '../process/process-wide.ts';
import { Redactor } from './redactor.ts';

/** Redactor of everything that leaves this process: logs, reports, and so pages and bundles. */
export const processRedactor = processWide('redactor', () => new Redactor());

/** Makes `redact` of a feature's options hide fields in the whole process, once they are resolved. */
export function redacting<O, R extends { readonly redact: readonly string[] }>(
  options: FeatureOptions<O, R>,
): FeatureOptions<O, R> {
  return {
    resolve(given, machine, note) {
      const resolved = options.resolve(given, machine, note);
      processRedactor().hide(resolved.redact);
      return resolved;
    },
  };
}
