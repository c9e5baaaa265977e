import { line, type Row } from '../panel.ts';
import { min, ratio, sum } from '../vectors.ts';
import { ofSlots } from './scopes.ts';

const CALLS = 'buttress_threads_calls_total';
const REQUESTS = 'buttress_service_requests_total';

/** Threads of the workers, and services that they ask. */
export const DEPENDENCY_ROW: Row = {
  title: 'Threads and dependencies',
  panels: [
    {
      title: 'Threads',
      description:
        'A pool is full where busy meets the limit: further calls wait. Below it, they start threads.',
      kind: 'lines',
      unit: 'short',
      width: 8,
      lines: [
        line(sum(ofSlots.gauge('buttress_threads_busy'), 'pool'), 'busy', 'pool'),
        line(sum(ofSlots.gauge('buttress_threads_ready'), 'pool'), 'ready', 'pool'),
        line(sum(ofSlots.gauge('buttress_threads_limit'), 'pool'), 'limit', 'pool'),
        line(sum(ofSlots.gauge('buttress_threads_waiting'), 'pool'), 'waiting', 'pool'),
        line(sum(ofSlots.gauge('buttress_threads_abandoned'), 'pool'), 'abandoned', 'pool'),
      ],
    },
    {
      title: 'p95 of offloaded calls',
      description: 'Wait for a thread, time in the thread, and both with copying.',
      kind: 'lines',
      unit: 's',
      width: 8,
      lines: [
        line(
          ofSlots.quantile(0.95, 'buttress_threads_queue_wait_seconds', { by: ['method'] }),
          'wait',
          'method',
        ),
        line(
          ofSlots.quantile(0.95, 'buttress_threads_run_seconds', { by: ['method'] }),
          'run',
          'method',
        ),
        line(
          ofSlots.quantile(0.95, 'buttress_threads_call_seconds', { by: ['method'] }),
          'call',
          'method',
        ),
      ],
    },
    {
      title: 'Offloaded calls',
      description: 'What became of the calls of decorated methods.',
      kind: 'areas',
      unit: 'ops',
      width: 8,
      lines: [line(sum(ofSlots.rate(CALLS), 'pool', 'outcome'), '', 'pool', 'outcome')],
    },
    {
      title: 'Endpoints up',
      description:
        'Share of the workers and threads that find an address healthy: 1 is well, 0 is down.',
      kind: 'steps',
      unit: 'percentunit',
      width: 8,
      lines: [
        line(
          min(ofSlots.gauge('buttress_service_endpoint_up_ratio'), 'service', 'address'),
          '',
          'service',
          'address',
        ),
      ],
    },
    {
      title: 'p95 by phase',
      description:
        'Steps of a connection to a service: wait for a place, name, TCP, TLS, first byte.',
      kind: 'lines',
      unit: 's',
      width: 8,
      lines: [
        line(
          ofSlots.quantile(0.95, 'buttress_service_phase_seconds', { by: ['service', 'phase'] }),
          '',
          'service',
          'phase',
        ),
      ],
    },
    {
      title: 'Requests to services',
      description: 'Requests for a connection by their result.',
      kind: 'areas',
      unit: 'ops',
      width: 8,
      lines: [line(sum(ofSlots.rate(REQUESTS), 'service', 'result'), '', 'service', 'result')],
    },
    {
      title: 'Failed share of requests to services',
      description: 'Share of the requests that got no connection from any address.',
      kind: 'lines',
      unit: 'percentunit',
      width: 8,
      lines: [
        line(
          ratio(
            sum(ofSlots.rate(REQUESTS, { result: 'failed' }), 'service'),
            sum(ofSlots.rate(REQUESTS), 'service'),
          ),
          '',
          'service',
        ),
      ],
    },
    {
      title: 'Connections to services',
      description: 'Open and idle connections, and requests that wait for one.',
      kind: 'lines',
      unit: 'short',
      width: 8,
      lines: [
        line(sum(ofSlots.gauge('buttress_service_connections_open'), 'service'), 'open', 'service'),
        line(sum(ofSlots.gauge('buttress_service_connections_idle'), 'service'), 'idle', 'service'),
        line(
          sum(ofSlots.gauge('buttress_service_requests_waiting'), 'service'),
          'waiting',
          'service',
        ),
      ],
    },
    {
      title: 'Connection attempts',
      description: 'Attempts by outcome, and connections that broke while they were in use.',
      kind: 'lines',
      unit: 'ops',
      width: 8,
      lines: [
        line(
          sum(ofSlots.rate('buttress_service_attempts_total'), 'service', 'outcome'),
          '',
          'service',
          'outcome',
        ),
        line(
          sum(ofSlots.rate('buttress_service_broken_total'), 'service', 'failure'),
          'broken',
          'service',
          'failure',
        ),
      ],
    },
  ],
};
