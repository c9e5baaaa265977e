import { html, type Html } from '../view/html.ts';
import { perWorker, section } from '../view/parts.ts';
import { type Column, table } from '../view/table.ts';
import { reportPage } from './page.ts';

interface Pool {
  name: string;
  kind: string;
  cancel: string;
  size: number;
  threads: { id: number; state: string }[];
  ready: number;
  busy: number;
  abandoned: number;
  waiting: number;
  maxQueue: number;
  waitMs: number;
}

interface Method {
  id: string;
  pool: string;
  kind: string;
  calls: {
    inline: number;
    offloaded: number;
    completed: number;
    failed: number;
    refused: { queue: number; deadline: number };
    cancelled: { queued: number; running: number };
    lost: number;
  };
  runMs: number;
  copyMs: number;
  roiMs: number;
}

interface ThreadsReport {
  mode: string;
  pools: Pool[];
  methods: Method[];
  auto: object[];
}

const POOLS: readonly Column<Pool>[] = [
  { label: 'Pool', of: ({ name }) => name },
  { label: 'Kind', of: ({ kind }) => kind },
  { label: 'Ready', kind: 'count', of: ({ ready }) => ready },
  { label: 'Busy', kind: 'count', of: ({ busy }) => busy },
  {
    label: 'Abandoned',
    kind: 'count',
    of: ({ abandoned }) => abandoned,
    help: 'Busy with calls that nobody waits for any more',
  },
  { label: 'Should be', kind: 'count', of: ({ size }) => size },
  { label: 'Waiting', kind: 'count', of: ({ waiting }) => waiting },
  { label: 'Room', kind: 'count', of: ({ maxQueue }) => maxQueue },
  { label: 'A new call waits', kind: 'duration', of: ({ waitMs }) => waitMs },
  {
    label: 'Threads',
    of: ({ threads }) => threads.map(({ id, state }) => `${id} ${state}`).join(', '),
  },
];

const METHODS: readonly Column<Method>[] = [
  { label: 'Method', kind: 'code', of: ({ id }) => id },
  { label: 'Pool', of: ({ pool }) => pool },
  { label: 'In threads', kind: 'count', of: ({ calls }) => calls.offloaded },
  { label: 'Inline', kind: 'count', of: ({ calls }) => calls.inline },
  { label: 'Completed', kind: 'count', of: ({ calls }) => calls.completed },
  { label: 'Failed', kind: 'count', of: ({ calls }) => calls.failed },
  {
    label: 'Refused',
    kind: 'count',
    of: ({ calls }) => calls.refused.queue + calls.refused.deadline,
  },
  {
    label: 'Cancelled',
    kind: 'count',
    of: ({ calls }) => calls.cancelled.queued + calls.cancelled.running,
  },
  { label: 'Lost', kind: 'count', of: ({ calls }) => calls.lost },
  { label: 'Time in threads', kind: 'duration', of: ({ runMs }) => runMs },
  { label: 'Cost of copying', kind: 'duration', of: ({ copyMs }) => copyMs },
  {
    label: 'Saved',
    kind: 'duration',
    of: ({ roiMs }) => roiMs,
    help: 'Time of the event loop; less than nothing: it does not pay',
  },
];

/** Thread pools and decorated methods. */
export const threadsPage = reportPage<ThreadsReport>({
  name: 'threads',
  report: 'threads',
  title: 'Threads',
  group: 'Traffic',
  about: 'Pools of threads, the methods that run in them, and what that is worth.',
  render({ data }) {
    return perWorker(data, show);
  },
});

function show({ pools, methods, auto }: ThreadsReport, worker: number): Html {
  const learnt = auto.map((row) => row as Record<string, unknown>);
  const [first] = learnt;
  return html`${section('Pools', table(POOLS, pools, { id: `pools-${worker}`, caption: 'Thread pools', empty: 'No pool: no method is decorated.' }))}
  ${section('Methods', table(METHODS, methods, { id: `methods-${worker}`, caption: 'Decorated methods', empty: 'No method is decorated.' }))}
  ${
    first === undefined
      ? ''
      : section(
          'What autoOffload() has learnt',
          table(
            Object.keys(first).map((key) => ({
              label: key,
              of: (row: Record<string, unknown>) => row[key],
            })),
            learnt,
            { id: `auto-${worker}`, caption: 'Learnt', empty: '' },
          ),
        )
  }`;
}
