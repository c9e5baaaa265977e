import type { ProcessReport } from '../../insight/process-report.ts';
import { bytes, count, moment } from '../view/format.ts';
import { type Fact, type FactsOf, factsOf } from '../view/parts.ts';
import { type ColumnFact, workerColumns } from '../view/worker-columns.ts';
import { reportPage } from './page.ts';

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

/** Facts that rightly differ between workers. */
const VARYING: ReadonlySet<string> = new Set([
  'Title',
  'PID',
  'Worker',
  'Slot',
  'Started',
  'Uptime',
  'Load average',
]);

/** Identity, command line, limits and machine of the processes. */
export const processPage = reportPage({
  name: 'process',
  title: 'Process',
  section: 'Workers',
  about: 'Identity, command line, ulimits and machine of each worker.',
  refreshMs: 10_000,
  render: ({ data }) =>
    workerColumns(
      data.map(({ worker, value }) => ({ worker, facts: columnOf(value) })),
      { id: 'processes', caption: 'Processes' },
    ),
});

function columnOf(report: ProcessReport): ColumnFact[] {
  const own = factsOf(FACTS, report).map((fact) => {
    return Object.assign(fact, { varies: VARYING.has(fact.label) });
  });
  return [...own, ...report.limits.map(limitOf)];
}

/** Soft and hard limit of a resource. */
function limitOf({ name, soft, hard, unit }: ProcessReport['limits'][number]): Fact {
  const suffix = unit === '' ? '' : `, ${unit}`;
  return {
    label: `ulimit: ${name}${suffix}`,
    value: `${limitText(soft)}, hard ${limitText(hard)}`,
  };
}

function limitText(limit: number | null): string {
  return limit === null ? 'unlimited' : count(limit);
}
