import { alert } from '../alert.ts';
import { Queries } from '../query.ts';
import { both, plus, ratio, sum, when } from '../vectors.ts';

const REQUESTS = 'http_server_request_duration_seconds';
const CONNECTIONS = 'buttress_connections_total';

const recent = new Queries('5m');

/** Limits an alert to this package's services: others may have requests under the same name. */
const isOurs = when(recent.gauge('buttress_ready'), '>=', 0);

const requests = sum(recent.observations(REQUESTS), 'job');
const failed = sum(recent.observations(REQUESTS, { http_response_status_code: '=~5..' }), 'job');

const accepted = sum(recent.rate(CONNECTIONS, { role: 'app' }), 'job');
const shed = sum(recent.rate(CONNECTIONS, { role: 'app', outcome: '!~handed|closed' }), 'job');

const admitted = sum(recent.rate('buttress_admission_admitted_total'), 'job');
const refused = sum(recent.rate('buttress_admission_refused_total'), 'job');

/** What clients notice. */
export const REQUEST_ALERTS = [
  alert({
    name: 'ButtressErrorRatioHigh',
    severity: 'page',
    condition: both(when(ratio(failed, requests), '>', 0.02), isOurs, 'job'),
    lasting: '5m',
    summary: (of) => `${of('job')} fails more than 2 % of its requests`,
    description: (value) => `${value('percent')} of the requests got a status of 5xx.`,
    runbook: {
      meaning: 'More than 2 of 100 requests got a status of 5xx.',
      look: 'Look at the panel "Failed requests" for the route and the status: a 500 is an exception, a 503 is a refusal or a full pool of threads, and a 504 is a deadline that passed. The page `/errors` has the stacks of exceptions.',
      remedy:
        'Roll back if the errors began with a release. If most are 503, treat what sheds or refuses first.',
    },
  }),
  alert({
    name: 'ButtressLatencyHigh',
    severity: 'page',
    condition: both(when(recent.quantile(0.99, REQUESTS, { by: ['job'] }), '>', 1), isOurs, 'job'),
    lasting: '10m',
    summary: (of) => `${of('job')} has a p99 of more than 1 s`,
    description: (value) => `p99 of the request duration is ${value('duration')}.`,
    runbook: {
      meaning: 'More than 1 of 100 requests takes longer than a second.',
      look: 'Look at the panel "p99 by route" for the slow route. The page `/requests` shows the timeline of its slowest requests, step by step.',
      remedy:
        'Move work that blocks the event loop to a thread, and shorten the timeouts of a service that answers late. Raise the limit of this alert if the route is slow by design.',
    },
  }),
  alert({
    name: 'ButtressConnectionsShed',
    severity: 'page',
    condition: when(ratio(shed, accepted), '>', 0.01),
    lasting: '2m',
    summary: (of) => `${of('job')} sheds more than 1 % of its connections`,
    description: (value) => `The primary shed ${value('percent')} of the accepted connections.`,
    runbook: {
      meaning:
        'The primary answers more than 1 of 100 connections with a 503, because no worker takes them in time.',
      look: 'Look at the panel "Offered connections" for the cause: `full`, `age` and `codel` mean that workers fall behind, `down` means that there is none.',
      remedy:
        'Unblock the workers if their event loops are blocked. Add workers or instances if all of them are busy with requests.',
    },
  }),
  alert({
    name: 'ButtressRequestsRefused',
    severity: 'page',
    condition: when(ratio(refused, plus(admitted, refused)), '>', 0.01),
    lasting: '5m',
    summary: (of) => `${of('job')} refuses more than 1 % of its requests`,
    description: (value) => `Admission refused ${value('percent')} of the requests.`,
    runbook: {
      meaning: 'Workers refuse more than 1 of 100 requests, to answer the others in time.',
      look: 'Look at the panel "Refusals by reason", and at the page `/overload` for the route. Compare the limit with the requests in flight.',
      remedy:
        'Add workers or instances if the load is real. Look for a slow service if requests stay in flight for longer than before.',
    },
  }),
];
