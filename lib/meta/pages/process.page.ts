import type { ProcessReport } from '../../insight/process-report.ts';
import { bytes, moment } from '../view/format.ts';
import { type Html, html } from '../view/html.ts';
import { facts, type FactsOf, factsOf, perWorker, section } from '../view/parts.ts';
import { columnsOf, table } from '../view/table.ts';
import { reportPage } from './page.ts';

const LIMITS = columnsOf<ProcessReport['limits'][number]>({
  name: { label: 'Limit', of: ({ name }) => name },
  soft: {
    label: 'Soft',
    kind: 'count',
    of: ({ soft }) => soft,
    show: ({ soft }) => soft ?? 'none',
  },
  hard: {
    label: 'Hard',
    kind: 'count',
    of: ({ hard }) => hard,
    show: ({ hard }) => hard ?? 'none',
  },
  unit: { label: 'Unit', of: ({ unit }) => unit },
});

const MACHINE: FactsOf<ProcessReport['machine']> = {
  hostname: ({ hostname }) => ({ label: 'Host', value: hostname }),
  system: ({ system, architecture }) => ({ label: 'System', value: `${system}, ${architecture}` }),
  architecture: 'elsewhere',
  parallelism: ({ parallelism }) => ({ label: 'CPUs', value: parallelism }),
  memoryBytes: ({ memoryBytes }) => ({
    label: 'Machine memory',
    value: memoryBytes,
    kind: 'bytes',
  }),
  memoryLimitBytes: ({ memoryLimitBytes }) => ({
    label: 'Memory limit',
    value: memoryLimitBytes === null ? 'none' : bytes(memoryLimitBytes),
  }),
  loadAverages: ({ loadAverages }) => ({
    label: 'Load average',
    value: loadAverages.map((load) => load.toFixed(2)).join(', '),
    help: 'Over 1, 5 and 15 minutes',
  }),
};

const FACTS: FactsOf<ProcessReport> = {
  service: ({ service }) => ({ label: 'Service', value: `${service.name} ${service.version}` }),
  title: ({ title }) => ({ label: 'Title', value: title }),
  pid: ({ pid }) => ({ label: 'PID', value: String(pid) }),
  parentPid: ({ parentPid }) => ({ label: 'Parent PID', value: String(parentPid) }),
  worker: ({ worker }) => ({ label: 'Worker', value: worker }),
  slot: ({ slot }) => ({ label: 'Slot', value: slot }),
  phase: ({ phase }) => ({ label: 'Phase', value: phase, kind: 'state' }),
  startedAt: ({ startedAt }) => ({ label: 'Started', value: moment(startedAt) }),
  uptimeMs: ({ uptimeMs }) => ({ label: 'Uptime', value: uptimeMs, kind: 'duration' }),
  user: ({ user, group }) => ({ label: 'User, group', value: `${user ?? '–'}, ${group ?? '–'}` }),
  group: 'elsewhere',
  directory: ({ directory }) => ({ label: 'Directory', value: directory, kind: 'code' }),
  executable: ({ executable, nodeOptions, arguments: given }) => ({
    label: 'Command',
    value: [executable, ...nodeOptions, ...given].join(' '),
    kind: 'code',
  }),
  nodeOptions: 'elsewhere',
  arguments: 'elsewhere',
  machine: ({ machine }) => factsOf(MACHINE, machine),
  limits: 'elsewhere',
};

/** Identity, command line, limits and machine of the processes. */
export const processPage = reportPage({
  name: 'process',
  title: 'Process',
  section: 'Workers',
  about: 'Identity, command line, limits and machine of each worker.',
  refreshMs: 10_000,
  render: ({ data }) => perWorker(data, show),
});

function show(report: ProcessReport, worker: number): Html {
  return html`${facts(factsOf(FACTS, report))}
  ${section('ulimits', table(LIMITS, report.limits, { id: `limits-${worker}`, caption: 'Limits', empty: 'Not available on this system.', canFilter: false }))}`;
}
