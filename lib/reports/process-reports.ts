import { Reports } from './reports.ts';

/** Shared by all copies of this package in the process: a bundle may contain a second one. */
const slot = Symbol.for('nestjs-buttress.reports');

interface ReportsSlot {
  [slot]?: Reports;
}

/** The registry of reports of this process. */
export function processReports(): Reports {
  return ((globalThis as ReportsSlot)[slot] ??= new Reports());
}
