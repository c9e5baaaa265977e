import { line, type Row } from '../panel.ts';
import { max, sum } from '../vectors.ts';
import { ofSlots } from './scopes.ts';

const CONNECTIONS = 'buttress_connections_total';
const WAIT = 'buttress_accept_queue_wait_seconds';
const APP = { role: 'app' } as const;

/** What is offered, what waits, and what is refused. */
export const OVERLOAD_ROW: Row = {
  title: 'Overload',
  panels: [
    {
      title: 'Offered connections',
      description:
        'Offered are all, handed those that a worker took. The rest was shed: queue full, too old, standing queue (codel), no worker (down).',
      kind: 'areas',
      unit: 'cps',
      width: 8,
      lines: [line(sum(ofSlots.rate(CONNECTIONS, APP), 'outcome'), '', 'outcome')],
    },
    {
      title: 'Accept queue',
      description:
        'Connections that wait for a worker, and how many may. At the limit the primary sheds.',
      kind: 'lines',
      unit: 'short',
      width: 8,
      lines: [
        line(
          sum(ofSlots.gauge('buttress_accept_queue_length', APP), 'instance', 'listener'),
          'waiting',
          'instance',
          'listener',
        ),
        line(
          max(ofSlots.gauge('buttress_accept_queue_limit', APP), 'instance', 'listener'),
          'limit',
          'instance',
          'listener',
        ),
      ],
    },
    {
      title: 'Queue wait',
      description:
        'Time from accept until a worker takes the connection. A wait means blocked loops.',
      kind: 'lines',
      unit: 's',
      width: 8,
      lines: [0.5, 0.95, 0.99].map((q) =>
        line(
          ofSlots.quantile(q, WAIT, { by: ['instance'], where: APP }),
          `p${q * 100}`,
          'instance',
        ),
      ),
    },
    {
      title: 'Queue wait, all of it',
      description: 'Shows whether all connections wait or only some.',
      kind: 'heatmap',
      unit: 's',
      width: 8,
      lines: [line(sum(ofSlots.buckets(WAIT, APP), 'le'), '', 'le')],
    },
    {
      title: 'Admission limit and requests in flight',
      description: 'Requests wait where those in flight meet the limit, which follows the latency.',
      kind: 'lines',
      unit: 'short',
      width: 8,
      lines: [
        line(sum(ofSlots.gauge('buttress_admission_limit'), 'route'), 'limit', 'route'),
        line(sum(ofSlots.gauge('buttress_admission_in_flight'), 'route'), 'in flight', 'route'),
        line(sum(ofSlots.gauge('buttress_admission_waiting'), 'route'), 'waiting', 'route'),
      ],
    },
    {
      title: 'Refusals by reason',
      description: 'Requests that workers refused, and clients that left while they waited.',
      kind: 'areas',
      unit: 'reqps',
      width: 8,
      lines: [
        line(
          sum(ofSlots.rate('buttress_admission_refused_total'), 'reason', 'priority'),
          '',
          'reason',
          'priority',
        ),
        line(sum(ofSlots.rate('buttress_admission_left_total')), 'client left'),
      ],
    },
    {
      title: 'Admitted share and memory',
      description: 'Share of requests that the lag lets in, and share of the nearest memory limit.',
      kind: 'lines',
      unit: 'percentunit',
      width: 12,
      lines: [
        line(
          max(ofSlots.gauge('buttress_admission_fraction_ratio'), 'instance', 'slot'),
          'admitted',
          'instance',
          'slot',
        ),
        line(
          max(ofSlots.gauge('buttress_admission_memory_ratio'), 'instance', 'slot'),
          'memory',
          'instance',
          'slot',
        ),
      ],
    },
    {
      title: 'Turn of the event loop',
      description: 'Length of a turn as a request meets it: what admission measures overload by.',
      kind: 'lines',
      unit: 's',
      width: 12,
      lines: [
        line(
          max(ofSlots.gauge('buttress_admission_lag_seconds'), 'instance', 'slot'),
          '',
          'instance',
          'slot',
        ),
      ],
    },
  ],
};
