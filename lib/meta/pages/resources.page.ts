import { rounded } from '../../common/rounded.ts';
import type { ResourcesReport } from '../../insight/resources-report.ts';
import type { WorkerAnswer } from '../envelope.ts';
import type { SlotPoint } from '../history/group-history.ts';
import { windowOf, windowParameter, WINDOWS } from '../history/history-window.ts';
import { chart, type ChartSeries } from '../view/chart.ts';
import { bytes } from '../view/format.ts';
import { type Html, html } from '../view/html.ts';
import { facts, type FactsOf, factsOf, perWorker } from '../view/parts.ts';
import { page } from './page.ts';

/** Usage of a worker, with its past and that of the workers before it in its slot. */
interface Resources extends ResourcesReport {
  history: SlotPoint[];
  /** Private memory over which the worker is replaced; null: there is no limit. */
  memoryLimitBytes: number | null;
}

const MIB = 1024 * 1024;

const MEMORY: FactsOf<ResourcesReport['memory']> = {
  rssBytes: ({ rssBytes }) => ({ label: 'RSS', value: rssBytes, kind: 'bytes' }),
  maxRssBytes: ({ maxRssBytes }) => ({
    label: 'Peak RSS',
    value: maxRssBytes,
    kind: 'bytes',
  }),
  heapUsedBytes: ({ heapUsedBytes }) => ({
    label: 'Heap used',
    value: heapUsedBytes,
    kind: 'bytes',
  }),
  heapTotalBytes: ({ heapTotalBytes }) => ({
    label: 'Heap reserved',
    value: heapTotalBytes,
    kind: 'bytes',
  }),
  externalBytes: ({ externalBytes }) => ({
    label: 'External',
    value: externalBytes,
    kind: 'bytes',
  }),
  arrayBuffersBytes: ({ arrayBuffersBytes }) => ({
    label: 'Array buffers',
    value: arrayBuffersBytes,
    kind: 'bytes',
  }),
  availableBytes: ({ availableBytes }) => ({
    label: 'Available memory',
    value: availableBytes,
    kind: 'bytes',
  }),
  limitBytes: ({ limitBytes }) => ({
    label: 'Memory limit',
    value: limitBytes === null ? 'none' : bytes(limitBytes),
  }),
};

const FACTS: FactsOf<ResourcesReport> = {
  cpu: ({ cpu }) => [
    { label: 'CPU user', value: cpu.userMs, kind: 'duration' },
    { label: 'CPU system', value: cpu.systemMs, kind: 'duration' },
  ],
  memory: ({ memory }) => factsOf(MEMORY, memory),
  descriptors: ({ descriptors }) => ({ label: 'FDs', value: descriptors }),
  pageFaults: ({ pageFaults }) => [
    { label: 'Page faults, minor', value: pageFaults.minor },
    { label: 'Page faults, major', value: pageFaults.major },
  ],
  contextSwitches: ({ contextSwitches }) => [
    { label: 'Context switches, voluntary', value: contextSwitches.voluntary },
    { label: 'Context switches, involuntary', value: contextSwitches.involuntary },
  ],
  fileSystem: ({ fileSystem: { reads, writes } }) => ({
    label: 'File reads, writes',
    value: `${reads}, ${writes}`,
  }),
  activeResources: 'elsewhere',
};

/** Resource usage of the workers. */
export const resourcesPage = page<WorkerAnswer<Resources>[]>({
  name: 'resources',
  title: 'Resources',
  section: 'Workers',
  hasCharts: true,
  about: 'CPU, memory, FDs and active handles of each worker.',
  parameters: { window: windowParameter(['5m', '30m']) },
  async load({ reports, history: past, worker, query }) {
    const [resources, recycling] = await Promise.all([
      reports.gather('resources', { worker }),
      reports.primary('recycling'),
    ]);
    const memoryLimitBytes = recycling.options?.maxRssBytes ?? null;
    const windowMs = WINDOWS[windowOf(query)];
    const data = resources.data.map((answer) => {
      const history = past.workerPoints(answer.worker, Date.now(), windowMs);
      return { ...answer, value: { ...answer.value, history, memoryLimitBytes } };
    });
    return { ...resources, data };
  },
  render: ({ data }) => perWorker(data, show),
});

function show({ history, memoryLimitBytes, ...report }: Resources, worker: number): Html {
  return html`<div class="charts">${chartsOf(history, memoryLimitBytes, worker)}</div>
    ${facts(factsOf(FACTS, report))}
    <h3>Active handles</h3>
    ${facts(Object.entries(report.activeResources).map(([label, value]) => ({ label, value })))}`;
}

function chartsOf(
  history: readonly SlotPoint[],
  limitBytes: number | null,
  worker: number,
): Html[] {
  const times = history.map(({ at }) => at);
  const line = (label: string, of: (point: SlotPoint) => number): ChartSeries => ({
    label,
    values: history.map((point) => rounded(of(point), 1)),
  });
  const cpu = [line('of one core', (point) => point.cpu * 100)];
  const memory = [
    line('resident', ({ rssBytes }) => rssBytes / MIB),
    line('heap', ({ heapUsedBytes }) => heapUsedBytes / MIB),
    ...(limitBytes === null ? [] : [line('limit of private memory', () => limitBytes / MIB)]),
  ];
  return [
    chart({ id: `cpu-${worker}`, title: 'CPU', unit: '%', times, series: cpu }),
    chart({ id: `memory-${worker}`, title: 'Memory', unit: 'MiB', times, series: memory }),
  ];
}
