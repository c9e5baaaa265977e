import type { WorkerReports } from '../../reports/report-types.ts';
import { html, type Html } from '../view/html.ts';
import { facts, perWorker, section } from '../view/parts.ts';
import { type Column, columnsOf, table } from '../view/table.ts';
import { reportPage } from './page.ts';

type ThreadsReport = WorkerReports['threads'];

type Pool = ThreadsReport['pools'][number];

const POOLS = columnsOf<Pool>({
  name: { label: 'Pool', of: ({ name }) => name },
  kind: { label: 'Kind', of: ({ kind }) => kind },
  cancel: { label: 'Cancellation', of: ({ cancel }) => cancel },
  ready: { label: 'Ready', kind: 'count', of: ({ ready }) => ready },
  booting: { label: 'Booting', kind: 'count', of: ({ booting }) => booting },
  busy: { label: 'Busy', kind: 'count', of: ({ busy }) => busy },
  abandoned: {
    label: 'Abandoned',
    kind: 'count',
    of: ({ abandoned }) => abandoned,
    help: 'Busy with calls that were cancelled or timed out',
  },
  minThreads: { label: 'Min', kind: 'count', of: ({ minThreads }) => minThreads },
  size: { label: 'Max', kind: 'count', of: ({ size }) => size },
  waiting: { label: 'Waiting', kind: 'count', of: ({ waiting }) => waiting },
  maxQueue: { label: 'Queue limit', kind: 'count', of: ({ maxQueue }) => maxQueue },
  waitMs: { label: 'Expected wait', kind: 'duration', of: ({ waitMs }) => waitMs },
  threads: {
    label: 'Threads',
    of: ({ threads }) => threads.map(threadText).join(', '),
  },
  boots: 'elsewhere',
});

/** Threads of a pool that started and ended. */
const STARTS = columnsOf<Pool['boots'] & Pick<Pool, 'name'>>({
  name: { label: 'Pool', of: ({ name }) => name },
  booted: { label: 'Booted', kind: 'count', of: ({ booted }) => booted },
  lastMs: { label: 'Last boot', kind: 'duration', of: ({ lastMs }) => lastMs },
  waits: {
    label: 'Boot waits',
    kind: 'count',
    of: ({ waits }) => waits,
    help: 'Calls that found no thread ready and waited for one to boot',
  },
  longestWaitMs: {
    label: 'Max boot wait',
    kind: 'duration',
    of: ({ longestWaitMs }) => longestWaitMs,
  },
  idled: {
    label: 'Ended idle',
    kind: 'count',
    of: ({ idled }) => idled,
    help: 'Threads that ended because no call needed them for idleMs',
  },
});

type Method = ThreadsReport['methods'][number];

const CALLS: { readonly [K in keyof Method['calls']]: Column<Method> } = {
  offloaded: { label: 'Offloaded', kind: 'count', of: ({ calls }) => calls.offloaded },
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
  // That of its pool.
  kind: 'elsewhere',
  calls: Object.values(CALLS),
  runMs: { label: 'Thread time', kind: 'duration', of: ({ runMs }) => runMs },
  copyMs: { label: 'Serialization', kind: 'duration', of: ({ copyMs }) => copyMs },
  roiMs: {
    label: 'Loop time saved',
    kind: 'duration',
    of: ({ roiMs }) => roiMs,
    help: 'Negative: offloading costs more than it saves',
  },
});

const ESTIMATES = columnsOf<ThreadsReport['auto'][number]>({
  method: { label: 'Method', kind: 'code', of: ({ method }) => method },
  size: { label: 'Min size', kind: 'count', of: ({ size }) => size },
  samples: { label: 'Samples', kind: 'count', of: ({ samples }) => samples },
  busyMs: { label: 'Work', kind: 'duration', of: ({ busyMs }) => busyMs },
  overheadMs: { label: 'Round trip', kind: 'duration', of: ({ overheadMs }) => overheadMs },
  decision: { label: 'Decision', of: ({ decision }) => decision },
});

function threadText({ id, state, call }: Pool['threads'][number]): string {
  return call === null ? `${id} ${state}` : `${id} runs ${call.method}`;
}

/** Thread pools and decorated methods. */
export const threadsPage = reportPage({
  name: 'threads',
  title: 'Threads',
  section: 'Threads',
  about: 'Thread pools, the methods that run in them, and the event loop time that they save.',
  render({ data }) {
    return perWorker(data, show);
  },
});

function show({ mode, pools, methods, auto }: ThreadsReport, worker: number): Html {
  const starts = pools.map(({ name, boots }) => ({ name, ...boots }));
  return html`${facts([{ label: 'Mode', value: mode }])}
  ${section('Pools', table(POOLS, pools, { id: `pools-${worker}`, caption: 'Thread pools', empty: 'No pools: no method is decorated.' }))}
  ${starts.length === 0 ? '' : section('Starts of threads', table(STARTS, starts, { id: `starts-${worker}`, caption: 'Starts of threads', empty: '' }))}
  ${section('Methods', table(METHODS, methods, { id: `methods-${worker}`, caption: 'Decorated methods', empty: 'No decorated methods.' }))}
  ${
    auto.length === 0
      ? ''
      : section(
          'Estimates of autoOffload()',
          table(ESTIMATES, auto, { id: `auto-${worker}`, caption: 'Estimates', empty: '' }),
        )
  }`;
}
