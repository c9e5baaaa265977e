import { countDescriptors } from '../../common/process/open-descriptors.ts';
import type { DistributionSnapshot } from '../../stats/distribution.ts';
import type { Labels } from '../../stats/family.ts';
import type { StatSnapshot } from '../../stats/snapshot.ts';
import type { Listener } from '../accepting/listener.ts';
import type { ReplacementCounts } from '../replacing/planned-changes.ts';
import type { Scaling } from '../scaling/scaling.ts';
import { wasNeeded } from '../supervision/slot.ts';
import type { Supervisor } from '../supervision/supervisor.ts';

/** What the primary counts. */
export interface PrimaryFigures {
  supervisor: Supervisor;
  listeners: () => readonly Listener[];
  replacements: ReplacementCounts;
  scaling: Pick<Scaling, 'counts' | 'wanted'>;
  isReady: () => boolean;
}

const NO_BUCKETS: readonly number[] = [];

/** Metrics of the group that only its primary knows: the accept queue, and the workers' lives. */
export function primaryMetrics({
  supervisor,
  listeners,
  replacements,
  scaling,
  isReady,
}: PrimaryFigures): StatSnapshot[] {
  return [
    ...queueMetrics(listeners()),
    ...workerMetrics(supervisor),
    counter('buttress.reloads', 'Reloads that ended, by outcome', replacements.reloads),
    gauge('buttress.workers_wanted', 'Workers that the group should have', '', [
      [{}, scaling.wanted],
    ]),
    counter(
      'buttress.scaling',
      'Changes of the number of workers, by direction and cause',
      scaling.counts,
    ),
    counter('buttress.recycling', 'Workers recycled, by cause and outcome', replacements.recycling),
    gauge('buttress.ready', 'Whether the group is ready: 1 or 0', '', [[{}, Number(isReady())]]),
    ...processMetrics(),
  ];
}

type Amounts = Iterable<readonly [labels: Labels, amount: number]>;

function queueMetrics(listeners: readonly Listener[]): StatSnapshot[] {
  const all = listeners.map((listener) => {
    const { role } = listener;
    return { labels: { listener: listener.name, role }, listener };
  });
  const snapshots = all.map(({ labels, listener }) => ({ labels, of: listener.snapshot() }));
  const outcomes = snapshots.flatMap(({ labels, of: { handed, shed, closed } }) => {
    return Object.entries({ handed, ...shed, closed }).map(([outcome, amount]) => {
      return [{ ...labels, outcome }, amount] as const;
    });
  });
  return [
    gauge(
      'buttress.accept_queue_length',
      'Connections that wait for a worker',
      '',
      snapshots.map(({ labels, of }) => [labels, of.length]),
    ),
    gauge(
      'buttress.accept_queue_limit',
      'Connections that may wait for a worker',
      '',
      snapshots.map(({ labels, of }) => [labels, of.maxQueue]),
    ),
    {
      ...about('buttress.accept_queue_wait', 'Time from accept until dispatch or refusal', ''),
      kind: 'duration',
      series: all.map(({ labels, listener }): { labels: Labels; data: DistributionSnapshot } => {
        return { labels, data: listener.waits() };
      }),
    },
    counter(
      'buttress.connections',
      'Accepted connections: handed to a worker, or shed by cause',
      outcomes,
    ),
  ];
}

function workerMetrics(supervisor: Supervisor): StatSnapshot[] {
  const { slots, everyone, exitCounts } = supervisor;
  const states = new Map<string, number>(STATES.map((state) => [state, 0]));
  for (const { state, out } of everyone) {
    const isOut = state.kind === 'READY' && out !== undefined;
    const name = isOut ? 'out' : state.kind.toLowerCase();
    states.set(name, (states.get(name) ?? 0) + 1);
  }
  const starts = slots.flatMap(({ index, state }): [Labels, number][] => {
    if (state.kind !== 'ACTIVE' || state.worker.readyAtUnixMs === undefined) return [];
    return [[{ slot: String(index) }, state.worker.readyAtUnixMs / 1_000]];
  });
  return [
    gauge(
      'buttress.workers',
      'Workers by state',
      '',
      Array.from(states, ([state, count]) => [{ state }, count]),
    ),
    counter(
      'buttress.worker_restarts',
      'Workers started in place of another, by slot',
      slots.filter(wasNeeded).map(({ index, restarts }) => [{ slot: String(index) }, restarts]),
    ),
    counter('buttress.worker_exits', 'Workers that ended, by slot and cause', exitCounts),
    gauge(
      'buttress.worker_ready_time',
      'Unix time at which the worker became READY',
      'seconds',
      starts,
    ),
  ];
}

/** The same names as `stats/runtime-stats` gives the figures of other processes. */
function processMetrics(): StatSnapshot[] {
  const labels = { role: 'primary', slot: '' };
  const { user, system } = process.cpuUsage();
  const { rss, heapUsed } = process.memoryUsage();
  const one = (amount: number): Amounts => [[labels, amount]];
  const seconds = (name: string, help: string, microseconds: number): StatSnapshot => {
    return { ...counter(name, help, one(microseconds / 1e6)), unit: 'seconds' };
  };
  return [
    seconds('process.cpu_user', 'Processor time in user mode', user),
    seconds('process.cpu_system', 'Processor time in the kernel', system),
    gauge('process.start_time', 'Unix time of the start', 'seconds', one(STARTED_AT)),
    gauge('process.resident_memory', 'Resident memory (RSS)', 'bytes', one(rss)),
    gauge('process.open_fds', 'Open file descriptors', '', one(countDescriptors() ?? 0)),
    gauge('nodejs.heap_used', 'Used part of the V8 heap', 'bytes', one(heapUsed)),
  ];
}

const STARTED_AT = Date.now() / 1_000 - process.uptime();

/** States that are shown as 0, too. */
const STATES = ['spawned', 'booting', 'ready', 'out', 'stalled', 'draining', 'stopping'] as const;

function about(name: string, help: string, unit: string) {
  return { name, help, unit, buckets: NO_BUCKETS };
}

function gauge(name: string, help: string, unit: string, amounts: Amounts): StatSnapshot {
  const series = Array.from(amounts, ([labels, value]) => ({ labels, data: { value } }));
  return { ...about(name, help, unit), kind: 'gauge', series };
}

function counter(name: string, help: string, amounts: Amounts): StatSnapshot {
  const series = Array.from(amounts, ([labels, total]) => ({ labels, data: { total } }));
  return { ...about(name, help, ''), kind: 'counter', series };
}
