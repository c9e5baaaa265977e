import { rounded } from '../../common/rounded.ts';
import type { PulsePoint } from '../../insight/pulse.ts';
import type { ResourcesReport } from '../../insight/resources-report.ts';
import type { WorkerAnswer } from '../envelope.ts';
import { chart, type ChartSeries } from '../view/chart.ts';
import { bytes } from '../view/format.ts';
import { type Html, html } from '../view/html.ts';
import { facts, type FactsOf, factsOf, perWorker } from '../view/parts.ts';
import { page } from './page.ts';

interface Resources extends ResourcesReport {
  history: PulsePoint[];
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
  async load({ reports, worker }) {
    const [resources, pulse] = await Promise.all([
      reports.gather('resources', { worker }),
      reports.gather('pulse', { worker }),
    ]);
    const data = resources.data.map(({ worker: id, value }) => {
      const history = pulse.data.find((one) => one.worker === id)?.value.points ?? [];
      return { worker: id, value: { ...value, history } };
    });
    return { ...resources, data };
  },
  render: ({ data }) => perWorker(data, show),
});

function show({ history, ...report }: Resources, worker: number): Html {
  return html`<div class="charts">${chartsOf(history, worker)}</div>
    ${facts(factsOf(FACTS, report))}
    <h3>Active handles</h3>
    ${facts(Object.entries(report.activeResources).map(([label, value]) => ({ label, value })))}`;
}

function chartsOf(history: readonly PulsePoint[], worker: number): Html[] {
  const times = history.map(({ at }) => at);
  const line = (label: string, of: (point: PulsePoint) => number): ChartSeries => ({
    label,
    values: history.map((point) => rounded(of(point), 1)),
  });
  const cpu = [line('of one core', (point) => point.cpu * 100)];
  const memory = [
    line('resident', ({ rssBytes }) => rssBytes / MIB),
    line('heap', ({ heapUsedBytes }) => heapUsedBytes / MIB),
  ];
  return [
    chart({ id: `cpu-${worker}`, title: 'CPU', unit: '%', times, series: cpu }),
    chart({ id: `memory-${worker}`, title: 'Memory', unit: 'MiB', times, series: memory }),
  ];
}
