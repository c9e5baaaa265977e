import { line, type Panel, type Row } from '../panel.ts';
import { orZero, ratio, sum } from '../vectors.ts';
import { ofSlots } from './scopes.ts';

const REQUESTS = 'http_server_request_duration_seconds';

const all = sum(ofSlots.observations(REQUESTS), 'job');
const failed = ofSlots.observations(REQUESTS, { http_response_status_code: '=~5..' });
const rejected = ofSlots.observations(REQUESTS, { http_response_status_code: '=~4..' });

/** Rate, errors and duration. */
export const REQUEST_ROW: Row = {
  title: 'Requests',
  panels: [
    {
      title: 'Requests by route',
      description: 'Shows which routes are used. `none` is a path without a route.',
      kind: 'areas',
      unit: 'reqps',
      width: 8,
      lines: [
        line(
          sum(ofSlots.observations(REQUESTS), 'http_request_method', 'http_route'),
          '',
          'http_request_method',
          'http_route',
        ),
      ],
    },
    {
      title: 'Error ratio',
      description:
        'Share of the requests that failed here (5xx) and of those that were wrong (4xx).',
      kind: 'lines',
      unit: 'percentunit',
      width: 8,
      lines: [
        line(ratio(orZero(sum(failed, 'job'), all), all), '5xx', 'job'),
        line(ratio(orZero(sum(rejected, 'job'), all), all), '4xx', 'job'),
      ],
    },
    {
      title: 'Failed requests',
      description: 'Names the routes that fail and their status: 503 is a refusal, 504 a deadline.',
      kind: 'lines',
      unit: 'reqps',
      width: 8,
      lines: [
        line(
          sum(failed, 'http_response_status_code', 'http_route'),
          '',
          'http_response_status_code',
          'http_route',
        ),
      ],
    },
    durations(0.5),
    durations(0.95),
    durations(0.99),
  ],
};

function durations(quantile: number): Panel {
  const name = `p${quantile * 100}`;
  const vector = ofSlots.quantile(quantile, REQUESTS, { by: ['http_route'] });
  return {
    title: `${name} by route`,
    description: `Shows how long requests take: ${name} of each route.`,
    kind: 'lines',
    unit: 's',
    width: 8,
    lines: [line(vector, '', 'http_route')],
  };
}
