import { topFrameOf } from '../../common/last-stack.ts';
import { plural } from '../../common/plural.ts';
import type { PrimaryReports } from '../../reports/report-types.ts';
import type { Answers } from '../group-reports.provider.ts';

/** What a problem means for users, worst first. */
const KINDS = ['outage', 'error', 'shed', 'dependency', 'worker', 'hint'] as const;

/** Current or recent problem, and the page with its details. */
export interface Problem {
  kind: (typeof KINDS)[number];
  severity: 'poor' | 'fair';
  text: string;
  href: string;
  /** Cause, as far as it is known: a line of code, an error. */
  cause?: string;
  /** Stack that shows the cause, innermost function first. */
  stack?: string[];
  /** Request that it happened in. */
  requestId?: string;
  /** When it was seen last, in milliseconds since the epoch; absent: now. */
  at?: number;
}

export interface Evidence {
  workers: PrimaryReports['workers'];
  missing: readonly number[];
  queues: PrimaryReports['accept-queue'];
  /** Connections shed in the last half minute. */
  shed: number;
  admission: Answers<'admission'>;
  warnings: Answers<'warnings'>;
  connections: Answers<'connections'>;
  readiness: Answers<'readiness'>;
  /** Null: the primary is of a release without it. */
  health?: PrimaryReports['health'] | null;
  blocked: Answers<'blocked-loop'>;
  /** Stacks of workers whose event loop is blocked now. */
  stacks: ReadonlyMap<number, string[]>;
}

/** Age from which an exit is history, no problem. */
const RECENT_MS = 10 * 60_000;
const NOW_MS = 30_000;

/** Shorter blocks are on the page of blocked loops alone. */
const WORTH_TELLING_MS = 250;

type Rule = (evidence: Evidence, now: number) => Problem[];

const RULES: readonly Rule[] = [
  outages,
  healthProblems,
  outProblems,
  workerProblems,
  blockProblems,
  queueProblems,
  admissionProblems,
  checkProblems,
  addressProblems,
  warningProblems,
];

/** The pages may be of another version than a process that was started before them. */
const UNREADABLE: Problem = {
  kind: 'hint',
  severity: 'fair',
  text: 'Reports of another version of this package cannot be read: upgrade or restart the group',
  href: '/workers',
};

function attempt(find: Rule, evidence: Evidence, now: number): Problem[] {
  try {
    return find(evidence, now);
  } catch {
    return [UNREADABLE];
  }
}

/** Current and recent problems, the worst first. */
export function findProblems(evidence: Evidence, now: number): Problem[] {
  const all = new Set(RULES.flatMap((find) => attempt(find, evidence, now)));
  return [...all].toSorted((a, b) => rankOf(a) - rankOf(b));
}

function rankOf({ kind, severity }: Problem): number {
  return KINDS.indexOf(kind) * 2 + (severity === 'poor' ? 0 : 1);
}

function outages({ workers }: Evidence): Problem[] {
  const current = workers.filter(({ part }) => part === 'current');
  if (current.length === 0 || current.some(({ state }) => state === 'READY')) return [];
  const text = 'No worker is ready: nothing is answered but by the accept queue';
  return [{ kind: 'outage', severity: 'poor', text, href: '/workers' }];
}

function healthProblems({ health }: Evidence): Problem[] {
  const failure = health?.failure ?? null;
  if (failure === null) return [];
  const why = failure.reason === null ? '' : `: ${failure.reason}`;
  const text = `Health failed by operator ${failure.by} since ${failure.since}${why}`;
  return [{ kind: 'hint', severity: 'poor', text, href: '/readiness' }];
}

function outProblems({ workers }: Evidence): Problem[] {
  return workers.flatMap(({ id, out }): Problem[] => {
    // A primary of an older release, during an upgrade, does not say.
    if (out === null || out === undefined) return [];
    const why = out.reason === null ? '' : `: ${out.reason}`;
    const text = `Worker ${id} was taken out by operator ${out.by} at ${out.since}${why}`;
    return [{ kind: 'hint', severity: 'fair', text, href: '/workers' }];
  });
}

function workerProblems({ workers, missing, stacks }: Evidence, now: number): Problem[] {
  const states = workers.flatMap((row) => stateProblem(row, stacks));
  // Workers that are not READY are listed already.
  const ready = new Set(workers.filter(({ state }) => state === 'READY').map(({ id }) => id));
  const silent = missing
    .filter((id) => ready.has(id))
    .map((id) => workerProblem('fair', `Worker ${id} did not answer in time`));
  const ended = workers.flatMap(({ slot, lastExit }): Problem[] => {
    if (lastExit === null || now - Date.parse(lastExit.at) > RECENT_MS) return [];
    const at = Date.parse(lastExit.at);
    const problem = workerProblem('fair', `A worker in slot ${slot} ended: ${lastExit.reason}`);
    return [{ ...problem, href: '/exits', at }];
  });
  return [...states, ...silent, ...livenessProblems(workers), ...ended];
}

function stateProblem(
  { id, slot, state, lastExit }: Evidence['workers'][number],
  stacks: Evidence['stacks'],
): Problem[] {
  if (id === null) {
    const why = lastExit === null ? '' : `: ${lastExit.reason}`;
    return [workerProblem('poor', `There is no worker in slot ${slot}${why}`)];
  }
  if (state === 'READY') return [];
  if (state !== 'STALLED') return [workerProblem('fair', `Worker ${id} is ${state.toLowerCase()}`)];
  const problem = workerProblem('poor', `The event loop of worker ${id} is blocked`);
  const stack = stacks.get(id);
  if (stack === undefined) return [{ ...problem, kind: 'error' }];
  return [{ ...problem, kind: 'error', cause: topFrameOf(stack), stack }];
}

function workerProblem(severity: Problem['severity'], text: string): Problem {
  return { kind: 'worker', severity, text, href: '/workers' };
}

/** Blocks that are over, one problem for each line that caused them, over all workers. */
function blockProblems({ blocked }: Evidence, now: number): Problem[] {
  const frames = blocked.flatMap(({ worker, value }) =>
    value.frames.map((frame) => ({ worker, ...frame })),
  );
  const recent = frames.filter(({ lastAt, longestMs }) => {
    return now - lastAt < RECENT_MS && longestMs >= WORTH_TELLING_MS;
  });
  return Array.from(Map.groupBy(recent, ({ frame }) => frame).values(), (same) => {
    const [latest] = same.toSorted((a, b) => b.lastAt - a.lastAt);
    const count = same.reduce((sum, one) => sum + one.count, 0);
    const longestMs = Math.max(...same.map((one) => one.longestMs));
    const workers = [...new Set(same.map(({ worker }) => worker))].toSorted((a, b) => a - b);
    const times = count === 1 ? '' : `${count} times, at most `;
    const { frame = '', stack = [], requestId = null, lastAt = now } = latest ?? {};
    return {
      kind: 'error',
      severity: now - lastAt < NOW_MS ? 'poor' : 'fair',
      text: `The event loop of ${workersText(workers)} was blocked ${times}for ${seconds(longestMs)}`,
      href: '/blocked-loop',
      cause: frame,
      stack,
      ...(requestId === null ? {} : { requestId }),
      at: lastAt,
    };
  });
}

function workersText(ids: readonly number[]): string {
  return ids.length === 1 ? `worker ${ids.join()}` : `workers ${ids.join(', ')}`;
}

function seconds(ms: number): string {
  return ms < 1_000 ? `${Math.round(ms)} ms` : `${(ms / 1_000).toFixed(2)} s`;
}

/** Reports failing liveness checks; a worker that keeps failing is replaced. */
function livenessProblems(workers: Evidence['workers']): Problem[] {
  return workers.flatMap(({ id, livenessFailure }): Problem[] => {
    if (id === null || typeof livenessFailure !== 'string') return [];
    const text = `Worker ${id} fails its liveness check: ${livenessFailure}`;
    return [{ kind: 'worker', severity: 'poor', text, href: '/liveness' }];
  });
}

function queueProblems({ queues, shed }: Evidence): Problem[] {
  const href = '/accept-queue';
  const lengths = queues.flatMap(({ listener, length, maxQueue, oldestAgeMs }): Problem[] => {
    if (length >= maxQueue) {
      const text = `The accept queue of ${listener} is full`;
      return [{ kind: 'shed', severity: 'poor', text, href }];
    }
    if (oldestAgeMs <= 100) return [];
    const text = `${plural(length, 'connection')} to ${listener} waiting for a worker, the oldest for ${Math.round(oldestAgeMs)} ms`;
    return [{ kind: 'shed', severity: 'fair', text, href }];
  });
  if (shed === 0) return lengths;
  const text = `${plural(shed, 'connection')} shed by the accept queue in the last 30 s`;
  return [{ kind: 'shed', severity: 'poor', text, href }, ...lengths];
}

function admissionProblems({ admission }: Evidence, now: number): Problem[] {
  const href = '/admission';
  const refused = admission.flatMap(({ worker, value }) => {
    const recent = value.history.filter(({ at }) => now - at < NOW_MS);
    const count = recent.reduce((sum, point) => sum + point.refused, 0);
    return count === 0 ? [] : [{ worker, count }];
  });
  const problems: Problem[] = admission
    .filter(({ value }) => value.memory.rung !== 'NONE')
    .map(({ worker, value }) => {
      const text = `Worker ${worker} is short of memory (${value.memory.rung})`;
      return { kind: 'shed', severity: 'poor', text, href };
    });
  if (refused.length === 0) return problems;
  const all = refused.reduce((sum, { count }) => sum + count, 0);
  const by = workersText(refused.map(({ worker }) => worker));
  const text = `${plural(all, 'request')} refused in the last 30 s by ${by}`;
  return [{ kind: 'shed', severity: 'poor', text, href }, ...problems];
}

function checkProblems({ readiness }: Evidence): Problem[] {
  return readiness.flatMap(({ worker, value }) => {
    const down = value.checks.filter(({ status }) => status === 'down');
    return down.map(({ name, counts, error = '' }): Problem => {
      const state = counts ? 'is not ready' : 'is ready, but an optional check fails';
      const text = `Worker ${worker} ${state}: ${name}: ${error}`;
      const severity = counts ? 'poor' : 'fair';
      return { kind: 'worker', severity, text, href: '/readiness' };
    });
  });
}

const DOWN = new Set(['DOWN', 'HELD']);

/** One problem for each service with addresses that are DOWN or HELD, over all workers. */
function addressProblems({ connections }: Evidence): Problem[] {
  const services = connections.flatMap(({ value }) => value.services);
  return Array.from(Map.groupBy(services, ({ name }) => name)).flatMap(
    ([name, same]): Problem[] => {
      const endpoints = same.flatMap(({ tiers }) => tiers.flatMap((tier) => tier.endpoints));
      const all = new Set(endpoints.map(({ address }) => address));
      const isDown = ({ health }: (typeof endpoints)[number]): boolean => DOWN.has(health.state);
      const down = [...new Set(endpoints.filter(isDown).map(({ address }) => address))];
      if (down.length === 0) return [];
      const last = same.flatMap(({ lastErrors }) => lastErrors).toSorted((a, b) => b.at - a.at)[0];
      return [
        {
          kind: 'dependency',
          severity: down.length === all.size ? 'poor' : 'fair',
          text: `${name}: ${down.length} of ${plural(all.size, 'endpoint')} down: ${down.join(', ')}`,
          href: '/connections',
          ...(last === undefined ? {} : { cause: last.message }),
        },
      ];
    },
  );
}

/** Merges findings of several workers that differ at most in numbers. */
function warningProblems({ warnings }: Evidence): Problem[] {
  const texts = new Map<string, string>();
  for (const { value } of warnings) {
    for (const { level, code, text } of value.findings) {
      if (level === 'problem') texts.set(`${code} ${text.replaceAll(/\d+/g, '#')}`, text);
    }
  }
  return [...texts.values()].map((text) => {
    return { kind: 'hint', severity: 'fair', text, href: '/warnings' };
  });
}
