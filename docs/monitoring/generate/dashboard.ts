import { Layout } from './layout.ts';
import { DATASOURCE, panelJson } from './panel-json.ts';
import { line, type Line, type Row } from './panel.ts';
import { DEPENDENCY_ROW } from './panels/dependencies.ts';
import { GLANCE } from './panels/glance.ts';
import { OVERLOAD_ROW } from './panels/overload.ts';
import { PROCESS_ROW } from './panels/processes.ts';
import { REQUEST_ROW } from './panels/requests.ts';
import { WORKER_ROW } from './panels/workers.ts';
import { Queries, type Vector } from './query.ts';
import { sum } from './vectors.ts';

/** Of Grafana 10.3: later releases convert it when they load it. */
const SCHEMA_VERSION = 39;

export const ROWS: readonly Row[] = [
  GLANCE,
  REQUEST_ROW,
  OVERLOAD_ROW,
  WORKER_ROW,
  DEPENDENCY_ROW,
  PROCESS_ROW,
];

/** One point of an annotation stands for so long. */
const STEP = '1m';

const perStep = new Queries(STEP, { job: '=~$job', instance: '=~$instance' });

/** What is marked in all panels. */
export const MARKS = {
  Reloads: line(
    sum(perStep.increase('buttress_reloads_total'), 'instance', 'outcome'),
    'reload',
    'outcome',
  ),
  Faults: line(
    sum(
      perStep.increase('buttress_worker_exits_total', { cause: '!=planned' }),
      'instance',
      'slot',
      'cause',
    ),
    'exit of slot',
    'slot',
    'cause',
  ),
} satisfies Record<string, Line>;

const COLORS: Record<keyof typeof MARKS, string> = { Reloads: 'blue', Faults: 'red' };

export function dashboard(): object {
  return {
    uid: 'buttress',
    title: 'Buttress',
    description: 'NestJS services with nestjs-buttress. Generated: see docs/monitoring/README.md.',
    tags: ['buttress', 'nestjs'],
    schemaVersion: SCHEMA_VERSION,
    version: 1,
    editable: true,
    graphTooltip: 1,
    refresh: '30s',
    time: { from: 'now-1h', to: 'now' },
    timezone: 'browser',
    links: [],
    annotations: { list: marks() },
    templating: { list: variables() },
    panels: panels(),
  };
}

function panels(): object[] {
  const layout = new Layout();
  return ROWS.flatMap(({ title, panels: inRow }) => {
    const heading = { ...layout.nextLine(1), type: 'row', title, collapsed: false, panels: [] };
    const below = inRow.map((panel) => {
      return panelJson(panel, layout.next(panel.width, panel.kind === 'tile' ? 4 : 8));
    });
    return [heading as object].concat(below);
  });
}

function marks(): object[] {
  return Object.entries(MARKS).map(([name, { expr, legend }]) => ({
    name,
    datasource: DATASOURCE,
    enable: true,
    iconColor: COLORS[name as keyof typeof MARKS],
    expr: `${expr} > 0`,
    step: STEP,
    titleFormat: legend,
    textFormat: '{{instance}}',
  }));
}

function variables(): object[] {
  const all = new Queries(STEP);
  const ofJobs = new Queries(STEP, { job: '=~$job' });
  return [
    {
      name: 'datasource',
      label: 'Data source',
      type: 'datasource',
      query: 'prometheus',
      refresh: 1,
      includeAll: false,
      multi: false,
      hide: 0,
    },
    variable('job', all.gauge('buttress_ready')),
    variable('instance', ofJobs.gauge('buttress_ready')),
    // Also processes without a slot.
    { ...variable('slot', perStep.gauge('buttress_worker_ready_time_seconds')), allValue: '.*' },
  ];
}

function variable<L extends string>(label: L, vector: Vector<L | 'job' | 'instance'>): object {
  const query = `label_values(${vector.text}, ${label})`;
  return {
    name: label,
    label: `${label[0]?.toUpperCase()}${label.slice(1)}`,
    type: 'query',
    datasource: DATASOURCE,
    definition: query,
    query: { query, refId: label },
    // With each change of the time range.
    refresh: 2,
    sort: 3,
    includeAll: true,
    multi: true,
    current: { selected: true, text: ['All'], value: ['$__all'] },
    hide: 0,
  };
}
