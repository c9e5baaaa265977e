import { Reports } from './reports.ts';

/** Shared by all copies of this package in the process: a bundle may bring a second one. */
const slot = Symbol.for('nestjs-buttress.reports');

interface ReportsSlot {
  [slot]?: Reports;
}

/** Where the features of this process register what they show. */
export function processReports(): Reports {
  return ((globalThis as ReportsSlot)[slot] ??= new Reports());
}
