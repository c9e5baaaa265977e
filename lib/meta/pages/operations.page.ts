import { suffices } from '../access.ts';
import type { Audit, AuditRecord } from '../audit.ts';
import { coverageOf, envelope } from '../envelope.ts';
import type { AvailableOperation, Operation, OperationRun } from '../operations/operation.ts';
import type { OperationsBoard } from '../operations/operations-board.ts';
import { dataView } from '../view/data.ts';
import { badge, bytes, moment, percent } from '../view/format.ts';
import { type Html, html, type HtmlValue } from '../view/html.ts';
import { facts, section } from '../view/parts.ts';
import { type Column, table, textOf } from '../view/table.ts';
import { operationForm } from './operation-form.ts';
import { type Page, page, type Question } from './page.ts';

interface Operations {
  available: AvailableOperation[];
  runs: OperationRun[];
  audit: AuditRecord[];
}

const RUNS: readonly Column<OperationRun>[] = [
  {
    label: 'Operation',
    of: ({ title }) => title,
    show: ({ id, title }) => html`<a href="/operations/${id}">${title}</a>`,
  },
  { label: 'State', kind: 'state', of: ({ state }) => state },
  { label: 'Started', kind: 'moment', of: ({ startedAt }) => startedAt },
  { label: 'By', of: ({ by }) => by },
  { label: 'Input', of: ({ input }) => textOf(input) },
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
    group: 'Operations',
    about: 'Operations on the workers, their runs, and the audit log.',
    isPerWorker: false,
    refreshMs: 3_000,
    async load({ reports, visitor }) {
      const [available, workers] = await Promise.all([board.available(), reports.workers()]);
      const own = available.filter(({ access }) => suffices(visitor.access, access));
      const data = {
        available: own.map((operation) => describe(operation, board)),
        runs: board.runsFor(visitor),
        audit: suffices(visitor.access, 'operate') ? audit.records : [],
      };
      return envelope(data, coverageOf(workers.data));
    },
    render({ data: { available, runs, audit: records } }) {
      return html`${section('Runs', table(RUNS, runs, { id: 'runs', caption: 'Operations', empty: 'No runs yet.' }))}
      ${section('Available operations', html`<div class="operations">${available.map(operationForm)}</div>`)}
      ${section('Audit log', table(AUDIT, records, { id: 'audit', caption: 'Changes', empty: 'No changes yet.' }))}`;
    },
    item: {
      title: (data) => (data as OperationRun).title,
      about: 'State, input and result of one operation.',
      async load({ reports, visitor }: Question, id: string) {
        const { data } = await reports.workers();
        return envelope(board.find(id, visitor), coverageOf(data));
      },
      render: ({ data }) => runView(data as OperationRun),
    },
  });
}

function describe(operation: Operation, board: OperationsBoard): AvailableOperation {
  const { run: _run, ...about } = operation;
  return { ...about, isAllowed: board.isAllowed(operation) };
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
  if (run.state === 'FAILED') return section('Error', html`<p class="poor">${run.error}</p>`);
  if (run.state !== 'DONE') return '';
  return section('Result', resultView(run.result));
}

interface HotRow {
  name: string;
  location: string;
  self: number;
  total?: number;
}

const HOT: readonly Column<HotRow>[] = [
  { label: 'Self', kind: 'percent', of: ({ self }) => self },
  { label: 'Total', kind: 'percent', of: ({ total }) => total },
  { label: 'Function', kind: 'code', of: ({ name }) => name },
  { label: 'Location', kind: 'code', of: ({ location }) => location },
];

/** Tables for profiles, plain data for all other results. */
function resultView(result: unknown): HtmlValue {
  const { functions, lines, samples, idle } = (result ?? {}) as Record<string, unknown>;
  if (!Array.isArray(functions) || !Array.isArray(lines)) return dataView(result, 'result');
  return html`${facts([
    { label: 'Samples', value: samples },
    { label: 'Idle', value: percent(Number(idle)) },
  ])}
  ${hotTable('Hottest functions', functions as HotRow[], HOT)}
  ${hotTable(
    'Hottest lines',
    lines as HotRow[],
    HOT.filter(({ label }) => label !== 'Total'),
  )}`;
}

function hotTable(
  title: string,
  rows: readonly HotRow[],
  columns: readonly Column<HotRow>[],
): Html {
  const id = title.toLowerCase().replaceAll(' ', '-');
  return section(
    title,
    table(columns, rows, { id, caption: title, empty: 'No samples outside of idle time.' }),
  );
}
