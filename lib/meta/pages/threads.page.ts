import type { WorkerReports } from '../../reports/report-types.ts';
import { html, type Html } from '../view/html.ts';
import { facts, perWorker, section } from '../view/parts.ts';
import { type Column, columnsOf, table } from '../view/table.ts';
import { reportPage } from './page.ts';

type ThreadsReport = WorkerReports['threads'];

const POOLS = columnsOf<ThreadsReport['pools'][number]>({
  name: { label: 'Pool', of: ({ name }) => name },
  kind: { label: 'Kind', of: ({ kind }) => kind },
  cancel: { label: 'When cancelled', of: ({ cancel }) => cancel },
  ready: { label: 'Ready', kind: 'count', of: ({ ready }) => ready },
  busy: { label: 'Busy', kind: 'count', of: ({ busy }) => busy },
  abandoned: {
    label: 'Abandoned',
    kind: 'count',
    of: ({ abandoned }) => abandoned,
    help: 'Threads that run an abandoned call',
  },
  size: { label: 'Should be', kind: 'count', of: ({ size }) => size },
  waiting: { label: 'Waiting', kind: 'count', of: ({ waiting }) => waiting },
  maxQueue: { label: 'Room', kind: 'count', of: ({ maxQueue }) => maxQueue },
  waitMs: { label: 'A new call waits', kind: 'duration', of: ({ waitMs }) => waitMs },
  threads: {
    label: 'Threads',
    of: ({ threads }) => threads.map(({ id, state }) => `${id} ${state}`).join(', '),
  },
});

type Method = ThreadsReport['methods'][number];

const CALLS: { readonly [K in keyof Method['calls']]: Column<Method> } = {
  offloaded: { label: 'In threads', kind: 'count', of: ({ calls }) => calls.offloaded },
  inline: { label: 'Inline', kind: 'count', of: ({ calls }) => calls.inline },
  completed: { label: 'Completed', kind: 'count', of: ({ calls }) => calls.completed },
  failed: { label: 'Failed', kind: 'count', of: ({ calls }) => calls.failed },
  refused: {
    label: 'Refused',
    kind: 'count',
    of: ({ calls }) => calls.refused.queue + calls.refused.deadline,
  },
  cancelled: {
    label: 'Cancelled',
    kind: 'count',
    of: ({ calls }) => calls.cancelled.queued + calls.cancelled.running,
  },
  lost: { label: 'Lost', kind: 'count', of: ({ calls }) => calls.lost },
};

const METHODS = columnsOf<Method>({
  id: { label: 'Method', kind: 'code', of: ({ id }) => id },
  pool: { label: 'Pool', of: ({ pool }) => pool },
  kind: { label: 'Kind', of: ({ kind }) => kind },
  calls: Object.values(CALLS),
  runMs: { label: 'Time in threads', kind: 'duration', of: ({ runMs }) => runMs },
  copyMs: { label: 'Cost of copying', kind: 'duration', of: ({ copyMs }) => copyMs },
  roiMs: {
    label: 'Saved',
    kind: 'duration',
    of: ({ roiMs }) => roiMs,
    help: 'Time of the event loop; less than nothing: it does not pay',
  },
});

const LEARNT = columnsOf<ThreadsReport['auto'][number]>({
  method: { label: 'Method', kind: 'code', of: ({ method }) => method },
  size: { label: 'Size from', kind: 'count', of: ({ size }) => size },
  samples: { label: 'Samples', kind: 'count', of: ({ samples }) => samples },
  busyMs: { label: 'Work', kind: 'duration', of: ({ busyMs }) => busyMs },
  overheadMs: { label: 'Way there and back', kind: 'duration', of: ({ overheadMs }) => overheadMs },
  decision: { label: 'Decision', of: ({ decision }) => decision },
});

/** Thread pools and decorated methods. */
export const threadsPage = reportPage({
  name: 'threads',
  title: 'Threads',
  group: 'Traffic',
  about: 'Pools of threads, the methods that run in them, and what that is worth.',
  render({ data }) {
    return perWorker(data, show);
  },
});

function show({ mode, pools, methods, auto }: ThreadsReport, worker: number): Html {
  return html`${facts([{ label: 'Mode', value: mode }])}
  ${section('Pools', table(POOLS, pools, { id: `pools-${worker}`, caption: 'Thread pools', empty: 'No pool: no method is decorated.' }))}
  ${section('Methods', table(METHODS, methods, { id: `methods-${worker}`, caption: 'Decorated methods', empty: 'No method is decorated.' }))}
  ${
    auto.length === 0
      ? ''
      : section(
          'What autoOffload() has learnt',
          table(LEARNT, auto, { id: `auto-${worker}`, caption: 'Learnt', empty: '' }),
        )
  }`;
}
