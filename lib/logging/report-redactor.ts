import { processWide } from '../common/process-wide.ts';
import { Redactor } from './redactor.ts';

const holder = processWide('report-redactor', () => ({ redactor: new Redactor() }));

/** Redactor of what this process reports to the pages and to its group. */
export function reportRedactor(): Redactor {
  return holder().redactor;
}

/** Hides further fields from now on: those of `meta.redact`. */
export function hideInReports(fields: readonly string[]): void {
  holder().redactor = new Redactor({ fields });
}
