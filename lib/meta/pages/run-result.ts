import type { HeapGrowth } from '../operations/heap-growth.ts';
import { type RecordedIncident, noteOf } from '../operations/record-incident.ts';
import type { TakenStacks } from '../operations/stack-taker.ts';
import { dataView } from '../view/data.ts';
import { flameView, type ShownFrame } from '../view/flame.ts';
import { moment, percent } from '../view/format.ts';
import { heapGrowthView } from '../view/heap-growth.ts';
import { type Html, html, type HtmlValue } from '../view/html.ts';
import { facts, section } from '../view/parts.ts';
import { stacksView } from '../view/stacks.ts';
import { type Column, table } from '../view/table.ts';

interface HotRow {
  name: string;
  location: string;
  self: number;
  total?: number;
  heat?: { line: number; self: number }[];
}

const HOT: readonly Column<HotRow>[] = [
  { label: 'Self', kind: 'percent', of: ({ self }) => self },
  { label: 'Total', kind: 'percent', of: ({ total }) => total },
  { label: 'Function', kind: 'code', of: ({ name }) => name, show: functionOf },
  { label: 'Location', kind: 'code', of: ({ location }) => location },
];

/** Result of a run: profiles and stacks in views of their own, plain data for all others. */
export function resultView(name: string, result: unknown): HtmlValue {
  if (name === 'stacks') {
    const { stacks, workers } = result as TakenStacks;
    const { missing } = workers;
    const silent =
      missing.length === 0
        ? ''
        : html`<p class="fair">No answer from worker ${missing.join(', ')}.</p>`;
    return [silent, stacksView(stacks)];
  }
  if (name === 'heap-growth') return heapGrowthView(result as HeapGrowth);
  if (name === 'record-incident') return recordedView(result as Recorded);
  return profileView(result);
}

interface Recorded {
  incident: RecordedIncident | null;
  stacks: TakenStacks | null;
  /** Why there are no profiles; absent: there are. */
  failure?: string;
}

function recordedView(recorded: Recorded): HtmlValue {
  const { incident, stacks, failure } = recorded;
  if (incident === null) return html`<p class="empty">No incident came within the time.</p>`;
  return [
    html`<p>${noteOf(incident)}, at ${moment(incident.at)}.</p>`,
    failure === undefined
      ? profileView(recorded)
      : html`<p class="poor">No profiles were kept: ${failure}</p>`,
    stacks === null
      ? ''
      : section(
          'Stacks',
          html`<p class="hint">Taken ${moment(stacks.at)}.</p>`,
          stacksView(stacks.stacks),
        ),
  ];
}

function profileView(result: unknown): HtmlValue {
  const { functions, lines, samples, idle, flame } = (result ?? {}) as Record<string, unknown>;
  if (!Array.isArray(functions) || !Array.isArray(lines)) return dataView(result, 'result');
  return html`${facts([
    { label: 'Samples', value: samples },
    { label: 'Idle', value: percent(Number(idle)) },
  ])}
  ${flameSection(flame)} ${hotTable('Hottest functions', functions as HotRow[], HOT)}
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

/** Name of a function; it opens to the heat of its lines. */
function functionOf({ name, heat = [] }: HotRow): Html {
  if (heat.length < 2) return html`<code>${name}</code>`;
  const hottest = Math.max(...heat.map(({ self }) => self));
  return html`<details>
    <summary><code>${name}</code></summary>
    <ul class="heat">
      ${heat.map(
        ({ line, self }) =>
          html`<li>
            <span>line ${line}</span>
            <svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
              <rect class="bar" width="${Math.round((100 * self) / hottest)}" height="10" />
            </svg>
            <span>${percent(self)}</span>
          </li>`,
      )}
    </ul>
  </details>`;
}

function flameSection(flame: unknown): HtmlValue {
  const { frames, omitted } = (flame ?? {}) as { frames?: ShownFrame[]; omitted?: number };
  if (frames === undefined) return '';
  return section('Flame graph', flameView(frames, omitted ?? 0));
}
