import type { Redactor } from '../logging/redactor.ts';
import type { Reports } from '../reports/reports.ts';
import { processStats } from '../stats/process-stats.ts';
import { diagnosticReport } from './diagnostic-report.ts';
import { snapshotWhenDrained } from './heap-snapshot.ts';
import { Profiler } from './profiler.ts';

/** What the pages can do to this process. The returned function takes it back. */
export function registerInsightOperations(reports: Reports, redactor: Redactor): () => void {
  const profiler = new Profiler();
  const options = { takesOver: true };
  const ends = [
    reports.operation(
      'profile.cpu',
      { access: 'operate', run: (input) => profiler.cpu(input) },
      options,
    ),
    reports.operation(
      'profile.heap',
      { access: 'operate', run: (input) => profiler.heap(input) },
      options,
    ),
    reports.operation(
      'profile.cancel',
      { access: 'operate', run: () => profiler.cancel() },
      options,
    ),
    reports.operation(
      'heap-snapshot.prepare',
      { access: 'sensitive', run: snapshotWhenDrained },
      options,
    ),
    reports.operation(
      'diagnostic-report.write',
      { access: 'sensitive', run: () => diagnosticReport(redactor) },
      options,
    ),
    reports.operation(
      'reset-statistics',
      {
        access: 'operate',
        run: () => ({ reset: processStats().reset() }),
        about: {
          title: 'Reset statistics',
          summary: 'Everything that was counted and timed begins anew in the workers.',
        },
      },
      options,
    ),
  ];
  return () => {
    profiler.cancel();
    for (const end of ends) end();
  };
}
