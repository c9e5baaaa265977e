import type { ProcessReport } from '../../insight/process-report.ts';
import { bytes, moment } from '../view/format.ts';
import { type Html, html } from '../view/html.ts';
import { facts, perWorker, section } from '../view/parts.ts';
import { type Column, table } from '../view/table.ts';
import { reportPage } from './page.ts';

const LIMITS: readonly Column<ProcessReport['limits'][number]>[] = [
  { label: 'Limit', of: ({ name }) => name },
  { label: 'Soft', kind: 'count', of: ({ soft }) => soft, show: ({ soft }) => soft ?? 'none' },
  { label: 'Hard', kind: 'count', of: ({ hard }) => hard, show: ({ hard }) => hard ?? 'none' },
  { label: 'Unit', of: ({ unit }) => unit },
];

/** Identity, command line, limits and machine of the processes. */
export const processPage = reportPage({
  name: 'process',
  title: 'Process',
  group: 'Inside',
  about: 'Who each worker is: its ids, its command line, its limits, its machine.',
  refreshMs: 10_000,
  render: ({ data }) => perWorker(data, show),
});

function show(report: ProcessReport, worker: number): Html {
  const { machine, service } = report;
  return html`${facts([
    { label: 'Service', value: `${service.name} ${service.version}` },
    { label: 'Process', value: String(report.pid) },
    { label: 'Parent', value: String(report.parentPid) },
    { label: 'Place', value: report.slot },
    { label: 'Phase', value: report.phase, kind: 'state' },
    { label: 'Started', value: moment(report.startedAt) },
    { label: 'Up', value: report.uptimeMs, kind: 'duration' },
    { label: 'User, group', value: `${report.user ?? '–'}, ${report.group ?? '–'}` },
    { label: 'Directory', value: report.directory, kind: 'code' },
    {
      label: 'Command',
      value: [report.executable, ...report.nodeOptions, ...report.arguments].join(' '),
      kind: 'code',
    },
    { label: 'Host', value: machine.hostname },
    { label: 'System', value: `${machine.system}, ${machine.architecture}` },
    { label: 'Processors', value: machine.parallelism },
    { label: 'Memory of the machine', value: machine.memoryBytes, kind: 'bytes' },
    {
      label: 'Memory limit',
      value: machine.memoryLimitBytes === null ? 'none' : bytes(machine.memoryLimitBytes),
    },
    {
      label: 'Load',
      value: machine.loadAverages.map((load) => load.toFixed(2)).join(', '),
      help: 'Over 1, 5 and 15 minutes',
    },
  ])}
  ${section('Limits of the system', table(LIMITS, report.limits, { id: `limits-${worker}`, caption: 'Limits', empty: 'This system does not tell.', canFilter: false }))}`;
}
