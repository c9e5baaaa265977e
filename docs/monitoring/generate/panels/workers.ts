import { line, type Row } from '../panel.ts';
import { max, since, sum } from '../vectors.ts';
import { ofSlots } from './scopes.ts';

const WORKER = { role: 'worker' } as const;
const DELAY = 'nodejs_eventloop_delay_seconds';

/** What runs in each slot. */
export const WORKER_ROW: Row = {
  title: 'Workers',
  panels: [
    {
      title: 'Workers by state',
      description:
        'Only READY workers take requests. A STALLED one has a blocked event loop. Wanted: by `workers`, the load, or an order.',
      kind: 'steps',
      unit: 'short',
      width: 8,
      lines: [
        line(sum(ofSlots.gauge('buttress_workers'), 'state'), '', 'state'),
        line(sum(ofSlots.gauge('buttress_workers_wanted')), 'wanted'),
      ],
    },
    {
      title: 'Event loop lag',
      description: 'p99 of how late timers fire. ButtressEventLoopLag fires at 250 ms.',
      kind: 'lines',
      unit: 's',
      width: 8,
      thresholds: [0.1, 0.25],
      lines: [
        line(
          ofSlots.quantile(0.99, DELAY, { by: ['instance', 'slot'], where: WORKER }),
          '',
          'instance',
          'slot',
        ),
      ],
    },
    {
      title: 'Event loop utilization',
      description: 'Share of the time in which loops work. Near 1 a worker can take no more.',
      kind: 'lines',
      unit: 'percentunit',
      width: 8,
      lines: [
        line(
          max(ofSlots.gauge('nodejs_eventloop_utilization_ratio', WORKER), 'instance', 'slot'),
          '',
          'instance',
          'slot',
        ),
      ],
    },
    {
      title: 'Time in which loops were blocked',
      description:
        'Share of the time that single functions held a loop. `/blocked-loop` names them.',
      kind: 'lines',
      unit: 'percentunit',
      width: 8,
      lines: [
        line(
          sum(ofSlots.spent('buttress_event_loop_blocked_seconds'), 'instance', 'slot'),
          '',
          'instance',
          'slot',
        ),
      ],
    },
    {
      title: 'Exits by cause',
      description: 'Workers that ended. All causes but `planned` are faults.',
      kind: 'steps',
      unit: 'short',
      width: 8,
      lines: [line(sum(ofSlots.increase('buttress_worker_exits_total'), 'cause'), '', 'cause')],
    },
    {
      title: 'Restarts and recycling',
      description: 'Workers started in place of another, and why workers were recycled.',
      kind: 'steps',
      unit: 'short',
      width: 8,
      lines: [
        line(
          sum(ofSlots.increase('buttress_worker_restarts_total'), 'instance', 'slot'),
          'started',
          'instance',
          'slot',
        ),
        line(
          sum(ofSlots.increase('buttress_recycling_total'), 'cause', 'outcome'),
          'recycled',
          'cause',
          'outcome',
        ),
      ],
    },
    {
      title: 'Memory by slot',
      description:
        'RSS of workers. A worker is replaced at `recycle.maxRssBytes`, by default 1 GiB.',
      kind: 'lines',
      unit: 'bytes',
      width: 8,
      lines: [
        line(
          sum(ofSlots.gauge('process_resident_memory_bytes', WORKER), 'instance', 'slot'),
          '',
          'instance',
          'slot',
        ),
      ],
    },
    {
      title: 'Used heap',
      description: 'Memory of JavaScript objects, and of Buffers and native objects.',
      kind: 'lines',
      unit: 'bytes',
      width: 8,
      lines: [
        line(
          sum(ofSlots.gauge('nodejs_heap_used_bytes', WORKER), 'instance', 'slot'),
          'heap',
          'instance',
          'slot',
        ),
        line(
          sum(ofSlots.gauge('nodejs_external_memory_bytes', WORKER), 'instance', 'slot'),
          'external',
          'instance',
          'slot',
        ),
      ],
    },
    {
      title: 'GC pauses',
      description: 'Share of the time that each kind of collection takes.',
      kind: 'areas',
      unit: 'percentunit',
      width: 8,
      lines: [line(sum(ofSlots.spent('v8js_gc_duration_seconds', WORKER), 'v8js_gc_type'), '', 'v8js_gc_type')],
    },
    {
      title: 'Age of workers',
      description: 'Time since each worker became READY. A fall to 0 is a replacement.',
      kind: 'lines',
      unit: 's',
      width: 24,
      lines: [
        line(
          since(max(ofSlots.gauge('buttress_worker_ready_time_seconds'), 'instance', 'slot')),
          '',
          'instance',
          'slot',
        ),
      ],
    },
  ],
};
