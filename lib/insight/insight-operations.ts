import type { Redactor } from '../common/redaction/redactor.ts';
import type { OperationDefinition, Reports } from '../reports/reports.ts';
import { processStats } from '../stats/process-stats.ts';
import { diagnosticReport } from './diagnostic-report.ts';
import { FlightRecorder } from './flight-recorder.ts';
import { giveUpSnapshot, snapshotWhenDrained } from './heap-snapshot.ts';
import { Profiler } from './profiler.ts';
import type { SocketsReport } from './sockets-report.ts';
import { takeCensus } from './take-census.ts';

/** Registers the operations of this process; the returned function removes them. */
export function registerInsightOperations(
  reports: Reports,
  redactor: Redactor,
  readSockets: () => Promise<SocketsReport>,
): () => void {
  const profiler = new Profiler();
  const recorder = new FlightRecorder();
  const report = (): unknown => diagnosticReport(redactor, readSockets);
  const ends = Object.entries({
    ...operationsOf(profiler, report),
    ...recorderOperations(recorder),
  }).map(([name, definition]) => reports.operation(name, definition, { takesOver: true }));
  return () => {
    profiler.cancel();
    recorder.disarm();
    for (const end of ends) end();
  };
}

function operationsOf(
  profiler: Profiler,
  report: () => unknown,
): Record<string, OperationDefinition> {
  return {
    'profile.cpu': { access: 'operate', run: (input) => profiler.cpu(input) },
    'profile.heap': { access: 'operate', run: (input) => profiler.heap(input) },
    'profile.cancel': { access: 'operate', run: () => profiler.cancel() },
    'heap-census.take': { access: 'operate', run: takeCensus },
    'heap-snapshot.prepare': { access: 'sensitive', run: snapshotWhenDrained },
    'heap-snapshot.cancel': {
      access: 'sensitive',
      run: () => giveUpSnapshot(),
    },
    'diagnostic-report.write': { access: 'sensitive', run: report },
    'reset-statistics': {
      access: 'operate',
      run: () => ({ reset: processStats().reset() }),
      about: {
        title: 'Reset statistics',
        summary: 'Restarts counters and distributions of all workers from zero.',
      },
    },
  };
}

function recorderOperations(recorder: FlightRecorder): Record<string, OperationDefinition> {
  return {
    'flight-recorder.arm': { access: 'operate', run: (input) => recorder.arm(input) },
    'flight-recorder.dump': { access: 'operate', run: () => recorder.dump() },
    'flight-recorder.disarm': { access: 'operate', run: () => recorder.disarm() },
  };
}
