import type { Operation } from './operation.ts';
import { WORKER_OR_ALL_FIELD } from './worker-field.ts';

/** Time limit for a report: with many sockets it takes a while. */
const TIMEOUT_MS = 20_000;

/** Reports on a worker without stopping it. */
export const diagnosticReportOperation: Operation = {
  name: 'diagnostic-report',
  title: 'Diagnostic report',
  summary:
    'Versions, command, heap, sockets, limits and libraries of a worker, without environment and secrets. The worker keeps serving.',
  access: 'sensitive',
  guard: 'diagnostic-report',
  fields: [WORKER_OR_ALL_FIELD],
  async run({ input, reports, keep, carriedOut }) {
    const worker = input['worker'] === undefined ? undefined : Number(input['worker']);
    const options = { worker, timeoutMs: TIMEOUT_MS };
    const written = await reports.run<{ file: string }>('diagnostic-report.write', {}, options);
    const { data, outcomes } = written;
    carriedOut(outcomes);
    for (const { worker: id, value } of data) {
      const name = `worker-${id}.report.json`;
      const content = { file: value.file };
      // oxlint-disable-next-line no-await-in-loop -- they are moved, one after another
      await keep({ name, type: 'application/json', access: 'sensitive', content });
    }
    return { workers: data.map(({ worker: id }) => id) };
  },
};
