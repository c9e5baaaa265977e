import { processWide } from '../common/process/process-wide.ts';
import type { WorkerNewsShapes, WorkerShapes } from './report-types.ts';
import { Reports } from './reports.ts';

/** The registry of reports of this process. */
export const processReports = processWide(
  'reports',
  () => new Reports<WorkerShapes, WorkerNewsShapes>(),
);
