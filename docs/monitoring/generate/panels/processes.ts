import { line, type Row } from '../panel.ts';
import { count, max, plus, sum } from '../vectors.ts';
import { ofProcesses } from './scopes.ts';

/** Processes of this package: other ones have no role. */
const OURS = { role: '=~.+' } as const;

const BY = ['instance', 'role', 'slot'] as const;

/** Workers, the primary, and the process of the pages. */
export const PROCESS_ROW: Row = {
  title: 'Processes',
  panels: [
    {
      title: 'CPU',
      description: 'Processors in use. A process of Node can use more than one by its threads.',
      kind: 'lines',
      unit: 'short',
      width: 8,
      lines: [
        line(
          plus(
            sum(ofProcesses.rate('process_cpu_user_seconds_total', OURS), ...BY),
            sum(ofProcesses.rate('process_cpu_system_seconds_total', OURS), ...BY),
          ),
          '',
          ...BY,
        ),
      ],
    },
    {
      title: 'Open descriptors',
      description: 'Sockets, files and pipes. Compare with `ulimit -n`.',
      kind: 'lines',
      unit: 'short',
      width: 8,
      lines: [line(max(ofProcesses.gauge('process_open_fds', OURS), ...BY), '', ...BY)],
    },
    {
      title: 'Wait for a thread of libuv',
      description: 'p99 of the wait. Files, DNS, zlib and crypto share four threads by default.',
      kind: 'lines',
      unit: 's',
      width: 8,
      lines: [
        line(ofProcesses.quantile(0.99, 'nodejs_threadpool_wait_seconds', { by: BY }), '', ...BY),
      ],
    },
    {
      title: 'Memory by role',
      description: 'RSS of all processes. Pages that several processes share count in each.',
      kind: 'areas',
      unit: 'bytes',
      width: 8,
      lines: [
        line(
          sum(ofProcesses.gauge('process_resident_memory_bytes', OURS), 'instance', 'role'),
          '',
          'instance',
          'role',
        ),
      ],
    },
    {
      title: 'Scrapes and logs',
      description: 'Workers with figures of an earlier scrape, and dropped log lines per second.',
      kind: 'lines',
      unit: 'short',
      width: 8,
      lines: [
        line(
          sum(ofProcesses.gauge('buttress_scrape_workers'), 'instance', 'state'),
          '',
          'instance',
          'state',
        ),
        line(
          sum(ofProcesses.rate('buttress_logs_dropped_total'), 'instance'),
          'lines dropped',
          'instance',
        ),
      ],
    },
    {
      title: 'Builds',
      description:
        'Versions that run and on how many instances. Two for long mean a stopped roll-out.',
      kind: 'table',
      unit: 'none',
      width: 8,
      lines: [
        line(
          count(
            ofProcesses.gauge('buttress_build_info'),
            'job',
            'service',
            'service_version',
            'version',
            'node',
          ),
          '',
        ),
      ],
    },
  ],
};
