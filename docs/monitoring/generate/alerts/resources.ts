import { alert } from '../alert.ts';
import { LIMITS } from '../limits.ts';
import { Queries } from '../query.ts';
import { both, max, min, sum, when } from '../vectors.ts';

const recent = new Queries('5m');
const lately = new Queries('10m');
const lastHour = new Queries('1h');

const isScrapeStale = max(
  recent.gauge('buttress_scrape_workers', { state: 'stale' }),
  'job',
  'instance',
);

/** Queues, pools, dependencies, and the measuring itself. */
export const RESOURCE_ALERTS = [
  alert({
    name: 'ButtressQueueWaitLong',
    severity: 'ticket',
    condition: when(
      recent.quantile(0.99, 'buttress_accept_queue_wait_seconds', {
        by: ['job', 'instance', 'listener'],
        where: { role: 'app' },
      }),
      '>',
      0.1,
    ),
    lasting: '5m',
    summary: (of) => `Connections of ${of('instance')} wait long for a worker`,
    description: (value) => `p99 of the wait in the accept queue is ${value('duration')}.`,
    runbook: {
      meaning:
        'New connections wait more than 100 ms in the accept queue before a worker takes them.',
      look: 'Look at the panels "Accept queue" and "Event loop lag": a worker takes connections only when its loop turns.',
      remedy:
        'Treat blocked event loops first. Add workers, up to one for each processor, if all of them are busy.',
    },
  }),
  alert({
    name: 'ButtressThreadPoolSaturated',
    severity: 'ticket',
    condition: both(
      when(
        sum(recent.gauge('buttress_threads_busy'), 'job', 'instance', 'pool'),
        '>=',
        sum(recent.gauge('buttress_threads_limit'), 'job', 'instance', 'pool'),
      ),
      when(sum(recent.gauge('buttress_threads_waiting'), 'job', 'instance', 'pool'), '>', 0),
    ),
    lasting: '2m',
    summary: (of) => `The pool ${of('pool')} of ${of('instance')} has no idle thread`,
    description: (value) => `All ${value('number')} threads are busy, and calls wait.`,
    runbook: {
      meaning: 'Every thread of a pool runs a call, and further calls wait for one.',
      look: 'Look at the panels "Threads" and "p95 of offloaded calls" for the method that takes the time. The page `/threads` shows the queue of each worker.',
      remedy:
        'Add threads to a pool for work that waits. For work that computes, add processors, or shed it earlier with a smaller `maxQueue`.',
    },
  }),
  alert({
    name: 'ButtressEndpointDown',
    severity: 'ticket',
    condition: when(
      min(
        recent.gauge('buttress_service_endpoint_up_ratio'),
        'job',
        'instance',
        'service',
        'address',
      ),
      '<',
      0.5,
    ),
    lasting: '2m',
    summary: (of) => `${of('address')} of ${of('service')} is down for ${of('instance')}`,
    description: (value) => `${value('percent')} of the workers and threads find it up.`,
    runbook: {
      meaning:
        'Most workers and threads have marked an address of a service as down, and use its other addresses.',
      look: 'Open the page `/dependencies` for the errors of each service. The panel "Requests to services" shows whether requests fail.',
      remedy:
        'Repair the server or the network between. Once it answers, the address comes back by itself.',
    },
  }),
  alert({
    name: 'ButtressDescriptorsHigh',
    severity: 'ticket',
    condition: when(
      max(recent.gauge('process_open_fds', { role: '=~.+' }), 'job', 'instance', 'role', 'slot'),
      '>',
      LIMITS.descriptors * 0.8,
    ),
    lasting: '10m',
    summary: (of) =>
      `A process (${of('role')}) of ${of('instance')} nears its limit of descriptors`,
    description: (value) => `${value('number')} descriptors are open.`,
    runbook: {
      meaning: `A process has more than 80 % of ${LIMITS.descriptors} descriptors open.`,
      look: 'Compare the panel "Open descriptors" with the connections of clients and of services. The page `/sockets` lists what is open.',
      remedy:
        'Raise `LimitNOFILE` if the connections are wanted, and look for a leak if there are not more of them.',
    },
  }),
  alert({
    name: 'ButtressLogLinesDropped',
    severity: 'ticket',
    condition: when(sum(lately.increase('buttress_logs_dropped_total'), 'job', 'instance'), '>', 0),
    lasting: '0s',
    summary: (of) => `${of('instance')} of ${of('job')} drops log lines`,
    description: (value) => `About ${value('number')} lines were dropped in ten minutes.`,
    runbook: {
      meaning: 'The reader of stdout is slower than the log, so that lines are dropped.',
      look: 'Look at what reads stdout: a container runtime, journald, or a pipe to another program.',
      remedy:
        'Log less, for example without access records of healthy requests. Give the reader a faster disk or a larger buffer.',
    },
  }),
  alert({
    name: 'ButtressScrapeStale',
    severity: 'ticket',
    condition: when(isScrapeStale, '>', 0),
    lasting: '5m',
    summary: (of) => `Metrics of ${of('instance')} of ${of('job')} are stale`,
    description: (value) => `${value('number')} workers have not answered the scrapes.`,
    runbook: {
      meaning:
        'A worker does not report in time, so that its figures on `/metrics` are those of an earlier scrape.',
      look: 'Look at the panel "Workers by state": a worker that starts or drains is no trouble, and a STALLED one is.',
      remedy:
        'Find the function that blocks it on the page `/blocked-loop`. Recycle the worker if it does not come back.',
    },
  }),
  alert({
    name: 'ButtressScrapeFails',
    severity: 'page',
    condition: both(
      when(recent.up(), '==', 0),
      when(lastHour.highest('buttress_ready'), '>=', 0),
      'job',
      'instance',
    ),
    lasting: '2m',
    summary: (of) => `${of('instance')} of ${of('job')} cannot be scraped`,
    description: () => 'It had metrics within the last hour, and no other alert can see it now.',
    runbook: {
      meaning:
        'Prometheus cannot read `/metrics` of an instance that it read an hour ago. All other alerts of this instance are blind.',
      look: 'Look at the list of targets in Prometheus for the error: a refused connection means that the group has ended, a 401 that the password is wrong, and a 421 that the name is missing in `allowedHosts`.',
      remedy:
        'Start the group again and read the last lines of its log. Remove the target if the instance has gone on purpose.',
    },
  }),
];
