import { alert } from '../alert.ts';
import { LIMITS } from '../limits.ts';
import { Queries } from '../query.ts';
import { both, count, max, sum, when } from '../vectors.ts';

const RSS = 'process_resident_memory_bytes';

const HOURS_AHEAD = 4;

const recent = new Queries('5m');
const lately = new Queries('10m');
const lastHour = new Queries('1h');

const isWorker = { role: 'worker' } as const;

const failures = lately.increase('buttress_worker_exits_total', { cause: '!=planned' });
const memory = recent.gauge(RSS, isWorker);
const memoryLater = lastHour.predicted(RSS, HOURS_AHEAD * 3_600, isWorker);
const builds = count(
  recent.gauge('buttress_build_info'),
  'job',
  'version',
  'node',
  'service',
  'service_version',
);

/** The group and the lives of its workers. */
export const WORKER_ALERTS = [
  alert({
    name: 'ButtressNoReadyWorker',
    severity: 'page',
    condition: when(
      max(recent.gauge('buttress_workers', { state: 'ready' }), 'job', 'instance'),
      '==',
      0,
    ),
    lasting: '30s',
    summary: (of) => `${of('instance')} of ${of('job')} has no READY worker`,
    description: () => 'The primary accepts connections, and nobody serves them.',
    runbook: {
      meaning: 'No worker of the instance is READY, so that all its requests wait or get a 503.',
      look: 'Open the page `/workers`: STALLED workers have a blocked event loop, and BOOTING ones may never end their start. The page `/exits` has the last reason of each slot.',
      remedy:
        'Roll back if a release does not start. If all event loops are blocked, find the function that blocks them on the page `/blocked-loop`.',
    },
  }),
  alert({
    name: 'ButtressNotReady',
    severity: 'ticket',
    condition: when(max(recent.gauge('buttress_ready'), 'job', 'instance'), '==', 0),
    lasting: '5m',
    summary: (of) => `${of('instance')} of ${of('job')} is not ready`,
    description: () => '`/readyz` fails, and balancers send no requests.',
    runbook: {
      meaning:
        'The instance has fewer READY workers than its quorum, or a readiness check fails, and balancers pass it by.',
      look: 'Open the page `/readiness`, which names the check that fails. Then look at the panel "Workers by state".',
      remedy:
        'Repair the dependency that the check asks for. Replace the instance if its workers do not become READY.',
    },
  }),
  alert({
    name: 'ButtressWorkersRestarting',
    severity: 'page',
    condition: when(sum(failures, 'job', 'instance'), '>', 3),
    lasting: '0s',
    summary: (of) => `Workers of ${of('instance')} of ${of('job')} keep ending`,
    description: (value) => `${value('number')} workers ended unplanned in ten minutes.`,
    runbook: {
      meaning:
        'More than three workers ended within ten minutes, and neither a reload nor recycling was the cause.',
      look: 'Look at the panel "Exits by cause", then at the page `/exits` for the reason: the error of a crash, the signal, or the limit that was exceeded.',
      remedy:
        'Roll back if this began with a release. A signal that nobody sent is often the kernel out of memory, so compare the limit of the container with the memory of all workers.',
    },
  }),
  alert({
    name: 'ButtressEventLoopLag',
    severity: 'ticket',
    condition: when(
      recent.quantile(0.99, 'nodejs_eventloop_delay_seconds', {
        by: ['job', 'instance', 'slot'],
        where: isWorker,
      }),
      '>',
      0.25,
    ),
    lasting: '5m',
    summary: (of) => `The event loop of slot ${of('slot')} of ${of('instance')} is late`,
    description: (value) => `p99 of the event loop lag is ${value('duration')}.`,
    runbook: {
      meaning: 'Timers fire more than 250 ms late, and each request of the worker waits as long.',
      look: 'Compare the panels "Event loop utilization" and "Time in which loops were blocked". A loop that is busy without a block has more requests than it can serve.',
      remedy:
        'Take a CPU profile of the worker on the page `/operations`. Move the function that it shows to a thread, or add workers.',
    },
  }),
  alert({
    name: 'ButtressEventLoopBlocked',
    severity: 'ticket',
    condition: when(
      sum(recent.spent('buttress_event_loop_blocked_seconds'), 'job', 'instance', 'slot'),
      '>',
      0.05,
    ),
    lasting: '5m',
    summary: (of) => `The event loop of slot ${of('slot')} of ${of('instance')} is often blocked`,
    description: (value) => `Single functions block it for ${value('percent')} of the time.`,
    runbook: {
      meaning:
        'Single functions hold the event loop for longer than `blockedLoop.thresholdMs`, and for more than a twentieth of all time.',
      look: 'Open the page `/blocked-loop`: it names the line of each function that blocked, and the log has the request.',
      remedy: 'Move the function to a thread, or let it work on smaller parts.',
    },
  }),
  alert({
    name: 'ButtressMemoryGrows',
    severity: 'ticket',
    condition: both(
      when(memoryLater, '>', LIMITS.workerBytes),
      when(memory, '>', LIMITS.workerBytes / 2),
    ),
    lasting: '15m',
    summary: (of) => `The memory of slot ${of('slot')} of ${of('instance')} grows to its limit`,
    description: (value) => `It will be ${value('bytes')} in ${HOURS_AHEAD} hours.`,
    runbook: {
      meaning: `The memory of a worker is above half of its limit, and will meet the limit in ${HOURS_AHEAD} hours.`,
      look: 'Look at the panel "Memory by slot". A cache grows in all slots alike, and a leak often in one.',
      remedy:
        'Do nothing tonight: the worker is replaced at the limit and loses no request. Take two heap profiles an hour apart on the page `/operations`, and compare them.',
    },
  }),
  alert({
    name: 'ButtressMemoryNearLimit',
    severity: 'ticket',
    condition: when(
      max(recent.gauge('buttress_admission_memory_ratio'), 'job', 'instance', 'slot'),
      '>',
      0.85,
    ),
    lasting: '10m',
    summary: (of) => `Slot ${of('slot')} of ${of('instance')} is short of memory`,
    description: (value) => `It uses ${value('percent')} of its nearest memory limit.`,
    runbook: {
      meaning:
        'A worker uses more than 85 % of the nearest limit: of the V8 heap, or of `memory.maxRssBytes`. Admission stops keeping connections at 92 %, and refuses all requests at 95 %.',
      look: 'Open the page `/process` of the worker, and compare the heap with its limit.',
      remedy:
        'Recycle the worker on the page `/operations` to gain time. Then find what holds the memory with a heap profile, or raise the limit.',
    },
  }),
  alert({
    name: 'ButtressMixedBuilds',
    severity: 'ticket',
    condition: when(count(builds, 'job'), '>', 1),
    lasting: '15m',
    summary: (of) => `${of('job')} runs different builds`,
    description: (value) => `${value('number')} builds have been serving for 15 minutes.`,
    runbook: {
      meaning: 'Processes of one service run different versions of it, of Node or of Buttress.',
      look: 'Look at the table "Builds". A reload that stopped half-way has its reason in the log of the primary.',
      remedy:
        'Repair what keeps the new workers from starting and reload again, or end the roll-out.',
    },
  }),
];
