import { processRedactor } from '../common/redaction/process-redactor.ts';
import type { GroupReports } from './group-reports.provider.ts';

/**
 * Hides in this process what `redact` of the application hides in its workers: inputs of operations
 * stay here. Names of workers that do not answer are learned later.
 */
export async function learnHiddenNames(reports: GroupReports): Promise<void> {
  const { data } = await reports.gather('hidden-names');
  for (const { value } of data) if (Array.isArray(value)) processRedactor().hide(value);
}
