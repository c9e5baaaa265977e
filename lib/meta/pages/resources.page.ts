import { rounded } from '../../common/rounded.ts';
import type { PulsePoint } from '../../insight/pulse.ts';
import type { ResourcesReport } from '../../insight/resources-report.ts';
import type { WorkerAnswer } from '../group-reports.provider.ts';
import { chart, type ChartSeries } from '../view/chart.ts';
import { type Html, html } from '../view/html.ts';
import { type Fact, facts, perWorker } from '../view/parts.ts';
import { page } from './page.ts';

interface Resources extends ResourcesReport {
  history: PulsePoint[];
}

const MIB = 1024 * 1024;

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
    ${facts(factsOf(report))}
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

function factsOf(report: ResourcesReport): Fact[] {
  const { cpu, memory, pageFaults, contextSwitches, fileSystem, descriptors } = report;
  return [
    { label: 'Processor, user', value: cpu.userMs, kind: 'duration' },
    { label: 'Processor, system', value: cpu.systemMs, kind: 'duration' },
    { label: 'Resident memory', value: memory.rssBytes, kind: 'bytes' },
    { label: 'Most it ever was', value: memory.maxRssBytes, kind: 'bytes' },
    { label: 'Heap used', value: memory.heapUsedBytes, kind: 'bytes' },
    { label: 'Heap reserved', value: memory.heapTotalBytes, kind: 'bytes' },
    { label: 'Buffers', value: memory.arrayBuffersBytes, kind: 'bytes' },
    { label: 'Still available', value: memory.availableBytes, kind: 'bytes' },
    { label: 'Descriptors', value: descriptors },
    { label: 'Page faults', value: pageFaults.minor },
    { label: 'Page faults from disk', value: pageFaults.major },
    { label: 'Context switches, waiting', value: contextSwitches.voluntary },
    { label: 'Context switches, forced', value: contextSwitches.involuntary },
    { label: 'Reads, writes of files', value: `${fileSystem.reads}, ${fileSystem.writes}` },
  ];
}
