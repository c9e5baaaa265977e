import { rounded } from '../../common/rounded.ts';
import type { PulsePoint } from '../../insight/pulse.ts';
import type { ResourcesReport } from '../../insight/resources-report.ts';
import type { WorkerAnswer } from '../group-reports.provider.ts';
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
  rssBytes: ({ rssBytes }) => ({ label: 'Resident memory', value: rssBytes, kind: 'bytes' }),
  maxRssBytes: ({ maxRssBytes }) => ({
    label: 'Most it ever was',
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
    label: 'Outside of the heap',
    value: externalBytes,
    kind: 'bytes',
  }),
  arrayBuffersBytes: ({ arrayBuffersBytes }) => ({
    label: 'Buffers',
    value: arrayBuffersBytes,
    kind: 'bytes',
  }),
  availableBytes: ({ availableBytes }) => ({
    label: 'Still available',
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
    { label: 'Processor, user', value: cpu.userMs, kind: 'duration' },
    { label: 'Processor, system', value: cpu.systemMs, kind: 'duration' },
  ],
  memory: ({ memory }) => factsOf(MEMORY, memory),
  descriptors: ({ descriptors }) => ({ label: 'Descriptors', value: descriptors }),
  pageFaults: ({ pageFaults }) => [
    { label: 'Page faults', value: pageFaults.minor },
    { label: 'Page faults from disk', value: pageFaults.major },
  ],
  contextSwitches: ({ contextSwitches }) => [
    { label: 'Context switches, waiting', value: contextSwitches.voluntary },
    { label: 'Context switches, forced', value: contextSwitches.involuntary },
  ],
  fileSystem: ({ fileSystem: { reads, writes } }) => ({
    label: 'Reads, writes of files',
    value: `${reads}, ${writes}`,
  }),
  activeResources: 'elsewhere',
};

/** Resource usage of the workers. */
export const resourcesPage = page<WorkerAnswer<Resources>[]>({
  name: 'resources',
  title: 'Resources',
  group: 'Inside',
  about:
    'What each worker uses of the machine: processor, memory, descriptors, and what keeps it alive.',
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
    <h3>What keeps it alive</h3>
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
    chart({ id: `cpu-${worker}`, title: 'Processor', unit: '%', times, series: cpu }),
    chart({ id: `memory-${worker}`, title: 'Memory', unit: 'MiB', times, series: memory }),
  ];
}
