import { line, type Row } from '../panel.ts';
import { min, orZero, ratio, sum } from '../vectors.ts';
import { ofProcesses, ofSlots } from './scopes.ts';

const REQUESTS = 'http_server_request_duration_seconds';
const CONNECTIONS = 'buttress_connections_total';

const requests = ofSlots.observations(REQUESTS);
const failed = ofSlots.observations(REQUESTS, { http_response_status_code: '=~5..' });

const TILE = { kind: 'tile', width: 4 } as const;

/** Whether anything needs a look. */
export const GLANCE: Row = {
  title: 'At a glance',
  panels: [
    {
      ...TILE,
      title: 'Groups ready',
      description: 'Is 0 while `/readyz` of any chosen instance fails.',
      unit: 'none',
      thresholds: [1],
      isLowBad: true,
      lines: [line(min(ofProcesses.gauge('buttress_ready')), 'ready')],
    },
    {
      ...TILE,
      title: 'READY workers',
      description: 'Counts the workers that take requests.',
      unit: 'none',
      thresholds: [1],
      isLowBad: true,
      lines: [line(sum(ofProcesses.gauge('buttress_workers', { state: 'ready' })), 'READY')],
    },
    {
      ...TILE,
      title: 'Requests',
      description: 'Counts answered requests, refused ones included.',
      unit: 'reqps',
      lines: [line(sum(requests), 'requests')],
    },
    {
      ...TILE,
      title: 'Error ratio',
      description:
        'Share of the requests with a status of 5xx. ButtressErrorRatioHigh fires at 2 %.',
      unit: 'percentunit',
      thresholds: [0.005, 0.02],
      lines: [line(ratio(orZero(sum(failed), sum(requests)), sum(requests)), '5xx')],
    },
    {
      ...TILE,
      title: 'p99',
      description: 'p99 of the request duration. ButtressLatencyHigh fires at 1 s.',
      unit: 's',
      thresholds: [0.5, 1],
      lines: [line(ofSlots.quantile(0.99, REQUESTS, { by: [] }), 'p99')],
    },
    {
      ...TILE,
      title: 'Shed',
      description: 'Share of the accepted connections that the primary refused.',
      unit: 'percentunit',
      thresholds: [0.001, 0.01],
      lines: [
        line(
          ratio(
            sum(ofSlots.rate(CONNECTIONS, { role: 'app', outcome: '!~handed|closed' })),
            sum(ofSlots.rate(CONNECTIONS, { role: 'app' })),
          ),
          'shed',
        ),
      ],
    },
  ],
};
