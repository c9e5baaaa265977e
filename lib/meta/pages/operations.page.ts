import { suffices } from '../access.ts';
import { listParameters, Pager, tieOf } from '../api/pager.ts';
import type { Audit, AuditRecord } from '../audit.ts';
import { coverageOf, envelope, type WorkerOutcome } from '../envelope.ts';
import type {
  AvailableOperation,
  Operation,
  OperationRun,
  RunSummary,
} from '../operations/operation.ts';
import type { OperationsBoard } from '../operations/operations-board.ts';
import { badge, bytes, moment } from '../view/format.ts';
import { html, type HtmlValue } from '../view/html.ts';
import { facts, section } from '../view/parts.ts';
import { type Column, columnsOf, table, textOf } from '../view/table.ts';
import { operationForm } from './operation-form.ts';
import { type Page, page, type Question } from './page.ts';
import { resultView } from './run-result.ts';

/** Runs, and records of the audit log, in an answer, unless it is asked for another number. */
const SHOWN = 100;

interface Operations {
  available: AvailableOperation[];
  runs: RunSummary[];
  audit: AuditRecord[];
}

const RUNS: readonly Column<RunSummary>[] = [
  {
    label: 'Operation',
    of: ({ title }) => title,
    show: ({ id, title }) => html`<a href="/operations/${id}">${title}</a>`,
  },
  { label: 'State', kind: 'state', of: ({ state }) => state },
  { label: 'Started', kind: 'moment', of: ({ startedAt }) => startedAt },
  { label: 'By', of: ({ by }) => by },
  { label: 'Input', of: ({ input }) => textOf(input) },
  {
    label: 'Progress',
    of: ({ state, progress }) => (state === 'RUNNING' ? progress : undefined),
  },
  { label: 'Files', of: ({ artifacts }) => artifacts.map(({ name }) => name) },
];

const AUDIT: readonly Column<AuditRecord>[] = [
  { label: 'When', kind: 'moment', of: ({ at }) => at },
  { label: 'By', of: ({ by }) => by },
  { label: 'Operation', kind: 'code', of: ({ what }) => what },
  { label: 'Input', of: ({ input }) => textOf(input) },
  { label: 'Outcome', kind: 'state', of: ({ outcome }) => outcome },
  { label: 'Error', of: ({ error }) => error },
  { label: 'Before', of: ({ before }) => textOf(before) },
  { label: 'After', of: ({ after }) => textOf(after) },
];

/** Available operations, runs, and the audit log. */
export function operationsPage(board: OperationsBoard, audit: Audit): Page {
  return page<Operations>({
    name: 'operations',
    title: 'Operations',
    section: 'Operations',
    about: 'Operations on the workers, their runs, and the audit log.',
    isPerWorker: false,
    refreshMs: 3_000,
    parameters: listParameters(SHOWN),
    async load({ reports, visitor, query }) {
      const [available, workers] = await Promise.all([board.available(), reports.workers()]);
      const own = available.filter(({ access }) => suffices(visitor.access, access));
      const pager = new Pager(query, SHOWN);
      const data = {
        available: own.map((operation) => describe(operation, board)),
        runs: pager.take('runs', board.runsFor(visitor).map(withoutResult), ({ startedAt, id }) => {
          return { rank: Date.parse(startedAt), tie: id };
        }),
        audit: auditPart(pager, suffices(visitor.access, 'operate') ? audit.records : []),
      };
      return { ...envelope(data, coverageOf(workers.data)), next: pager.next };
    },
    render({ data: { available, runs, audit: records } }) {
      return html`${section('Runs', table(RUNS, runs, { id: 'runs', caption: 'Operations', empty: 'No runs yet.' }))}
      ${section('Available operations', html`<div class="operations">${available.map(operationForm)}</div>`)}
      ${section('Audit log', table(AUDIT, records, { id: 'audit', caption: 'Changes', empty: 'No changes yet.' }))}`;
    },
    item: {
      about: 'Id of a run.',
      async load({ reports, visitor }: Question, id: string) {
        const { data } = await reports.workers();
        return envelope(board.find(id, visitor), coverageOf(data));
      },
      render: ({ data }) => runView(data as OperationRun),
    },
  });
}

/** @param records latest first; several may be of one millisecond */
function auditPart(pager: Pager, records: readonly AuditRecord[]): AuditRecord[] {
  const taken = pager.take('audit', [...records.entries()], ([number, { at }]) => {
    return { rank: Date.parse(at), tie: tieOf(number - records.length) };
  });
  return taken.map(([, record]) => record);
}

function describe(operation: Operation, board: OperationsBoard): AvailableOperation {
  const { run: _run, ...about } = operation;
  return { ...about, isAllowed: board.isAllowed(operation) };
}

/** Results may be large: the page of the run has its own. */
function withoutResult(run: OperationRun): RunSummary {
  if (run.state !== 'DONE' && run.state !== 'PARTIAL') return run;
  const { result: _result, ...summary } = run;
  return summary;
}

function runView(run: OperationRun): HtmlValue {
  const { id, title, state, by, input, startedAt, progress, artifacts } = run;
  const cancel =
    state === 'RUNNING'
      ? html`<form method="post" action="/operations/${id}/cancel">
          <button class="danger">Cancel</button>
        </form>`
      : '';
  return html`${facts([
    { label: 'Operation', value: title },
    { label: 'State', value: html`${badge(state)}` },
    { label: 'By', value: by },
    { label: 'Started', value: moment(startedAt) },
    { label: 'Ended', value: 'endedAt' in run ? moment(run.endedAt) : '–' },
    { label: 'Input', value: textOf(input) },
    { label: 'Progress', value: state === 'RUNNING' ? progress : '–' },
  ])}${cancel}
  ${section(
    'Files',
    artifacts.length === 0
      ? html`<p class="empty">None.</p>`
      : html`<ul>
          ${artifacts.map(
            (one) =>
              html`<li>
                <a href="/api/v1/artifacts/${one.id}" download="${one.name}">${one.name}</a>,
                ${bytes(one.bytes)}, kept until ${moment(one.expiresAt)}
              </li>`,
          )}
        </ul>`,
  )}
  ${outcomeOf(run)}`;
}

function outcomeOf(run: OperationRun): HtmlValue {
  if (run.state === 'FAILED') {
    return html`${section('Error', html`<p class="poor">${run.error}</p>`)}
    ${outcomesView(run.outcomes)}`;
  }
  if (run.state === 'DONE') return section('Result', resultView(run.name, run.result));
  if (run.state !== 'PARTIAL') return '';
  return html`${outcomesView(run.outcomes)} ${section('Result', resultView(run.name, run.result))}`;
}

const OUTCOMES = columnsOf<WorkerOutcome>({
  worker: { label: 'Worker', kind: 'count', of: ({ worker }) => worker },
  status: { label: 'Outcome', kind: 'state', of: ({ status }) => status },
  error: { label: 'Error', of: ({ error }) => error },
});

function outcomesView(outcomes: readonly WorkerOutcome[] = []): HtmlValue {
  if (outcomes.length === 0) return '';
  const options = { id: 'outcomes', caption: 'Outcome in each worker', empty: '' };
  return section('Workers', table(OUTCOMES, outcomes, options));
}
