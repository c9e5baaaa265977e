import type { WorkerReports } from '../../reports/report-types.ts';
import { suffices } from '../access.ts';
import type { WorkerAnswer } from '../envelope.ts';
import type { StackTaker, TakenStacks } from '../operations/stack-taker.ts';
import { moment } from '../view/format.ts';
import { type Html, html } from '../view/html.ts';
import { requestLink, section } from '../view/parts.ts';
import { stacksView } from '../view/stacks.ts';
import { columnsOf, table } from '../view/table.ts';
import { type Page, page } from './page.ts';

/** Call that a pool thread runs. */
interface RunningCall {
  worker: number;
  pool: string;
  thread: number;
  method: string;
  runningMs: number;
  requestId: string | null;
}

interface StacksReport {
  /** Stacks that were taken last; null: none yet. */
  taken: TakenStacks | null;
  /** Calls in pool threads now, longest first. */
  calls: RunningCall[];
}

const CALLS = columnsOf<RunningCall>({
  worker: { label: 'Worker', kind: 'count', of: ({ worker }) => worker },
  pool: { label: 'Pool', of: ({ pool }) => pool },
  thread: { label: 'Thread', kind: 'count', of: ({ thread }) => thread },
  method: { label: 'Method', kind: 'code', of: ({ method }) => method },
  runningMs: { label: 'Running for', kind: 'duration', of: ({ runningMs }) => runningMs },
  requestId: {
    label: 'Request',
    kind: 'code',
    of: ({ requestId }) => requestId,
    show: ({ requestId }) => requestLink(requestId),
  },
});

/** What threads execute: calls in pools now, and stacks on demand. */
export function stacksPage(taker: StackTaker): Page {
  return page<StacksReport>({
    name: 'stacks',
    title: 'Stacks',
    section: 'Workers',
    about: 'What the threads of the workers execute: stacks on demand, calls in thread pools now.',
    async load({ reports, worker }) {
      const { data, ...rest } = await reports.gather('threads', { worker });
      return { ...rest, data: { taken: takenOf(taker.last, worker), calls: callsOf(data) } };
    },
    render({ data: { taken, calls } }, { visitor, worker }) {
      const form = suffices(visitor.access, 'operate') ? takeForm(worker) : '';
      return html`${form}
      ${
        taken === null
          ? html`<p class="empty">No stacks were taken yet.</p>`
          : section(
              'Stacks',
              html`<p class="meta">${takenText(taken)}</p>`,
              stacksView(taken.stacks),
            )
      }
      ${section('Calls in pool threads', table(CALLS, calls, { id: 'calls', caption: 'Running calls', empty: 'No pool thread runs a call.' }))}`;
    },
  });
}

function takenOf(last: TakenStacks | undefined, worker: number | undefined): TakenStacks | null {
  if (last === undefined) return null;
  if (worker === undefined) return last;
  return { ...last, stacks: last.stacks.filter((one) => one.worker === worker) };
}

function callsOf(answers: readonly WorkerAnswer<WorkerReports['threads']>[]): RunningCall[] {
  const calls = answers.flatMap(({ worker, value: { pools } }) =>
    pools.flatMap(({ name: pool, threads }) =>
      threads.flatMap(({ id: thread, call }) =>
        call === null ? [] : [{ worker, pool, thread, ...call }],
      ),
    ),
  );
  return calls.toSorted((a, b) => b.runningMs - a.runningMs);
}

function takenText({ at, workers: { expected, answered, missing } }: TakenStacks): Html {
  const silent = missing.length === 0 ? '' : `; no answer from worker ${missing.join(', ')}`;
  return html`Taken ${moment(at)} in ${answered} of ${expected} workers${silent}.`;
}

function takeForm(worker: number | undefined): Html {
  const only =
    worker === undefined ? '' : html`<input type="hidden" name="worker" value="${worker}" />`;
  return html`<form method="post" action="/operations/stacks">
    ${only}<button class="go">Take stacks now</button>
    <span class="hint">Stops each thread for some milliseconds.</span>
  </form>`;
}
