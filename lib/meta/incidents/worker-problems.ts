import { plural } from '../../common/plural.ts';
import { topFrameOf } from '../../common/process/last-stack.ts';
import { duration } from '../view/format.ts';
import { BLOCK_STEPS, blockKey } from './block-problems.ts';
import { type Evidence, type NextStep, type Problem, workersText } from './problem.ts';

/** Age from which an end is history, no problem. */
const RECENT_MS = 10 * 60_000;

/** Silence of the primary that is no mere delay. */
const SILENT_MS = 3_000;

const EXIT_STEPS: NextStep[] = [
  { label: 'Its errors', href: '/errors' },
  { label: 'Its logs', href: '/logs' },
];

/** No worker serves. */
export function outages({ workers }: Evidence): Problem[] {
  const current = workers.filter(({ part }) => part === 'current');
  if (current.length === 0 || current.some(({ state }) => state === 'READY')) return [];
  const text = 'No worker is ready';
  const impact = 'Connections wait in the accept queue, then are refused.';
  return [{ key: 'outage', kind: 'outage', severity: 'poor', text, href: '/workers', impact }];
}

/** The primary does not answer. */
export function silentPrimary({ primarySilentSince }: Evidence, now: number): Problem[] {
  const silentMs = now - (primarySilentSince ?? now);
  if (silentMs < SILENT_MS) return [];
  const text = `The primary has not answered for ${duration(silentMs)}`;
  return [
    {
      ...workerProblem('primary silent', 'poor', text),
      cause: 'Its process is stopped or gets no CPU, or its event loop is blocked.',
      impact:
        'Workers keep serving, but none is replaced, and with transport ipc new connections wait.',
    },
  ];
}

/** Workers that are not READY, silent, fail their liveness, or ended. */
export function workerProblems({ workers, missing, stacks }: Evidence, now: number): Problem[] {
  const states = workers.flatMap((row) => stateProblem(row, stacks));
  // Workers that are not READY are listed already.
  const ready = new Set(workers.filter(({ state }) => state === 'READY').map(({ id }) => id));
  const silent = missing.filter((id) => ready.has(id));
  return [
    ...states,
    ...silentProblem(silent),
    ...livenessProblems(workers),
    ...exitProblems(workers, now),
  ];
}

function silentProblem(workers: number[]): Problem[] {
  if (workers.length === 0) return [];
  const text = `No answer in time from ${workersText(workers)}`;
  return [{ ...workerProblem('silent', 'fair', text), workers }];
}

/** Unplanned ends of the last minutes, one per slot and reason; an empty slot says so itself. */
function exitProblems(workers: Evidence['workers'], now: number): Problem[] {
  return workers.flatMap(({ id, slot, lastExit }): Problem[] => {
    if (id === null || lastExit === null || lastExit.cause === 'planned') return [];
    const at = Date.parse(lastExit.at);
    if (now - at > RECENT_MS) return [];
    const key = `exit ${slot} ${lastExit.reason.replaceAll(/\d+/g, '#')}`;
    const text = `A worker in slot ${slot} ended: ${lastExit.reason}`;
    return [{ ...workerProblem(key, 'fair', text), href: '/exits', next: EXIT_STEPS, at }];
  });
}

function emptySlotProblem({ slot, lastExit, nextStartMs }: Evidence['workers'][number]): Problem {
  const why = lastExit === null ? '' : `: ${lastExit.reason}`;
  const problem = workerProblem(`slot ${slot}`, 'poor', `There is no worker in slot ${slot}${why}`);
  // A primary of an older release, during an upgrade, does not say.
  if (typeof nextStartMs !== 'number') return { ...problem, next: EXIT_STEPS };
  const impact = `The next start is in ${duration(nextStartMs)}; until then, fewer workers serve.`;
  return { ...problem, next: EXIT_STEPS, impact };
}

function stateProblem(row: Evidence['workers'][number], stacks: Evidence['stacks']): Problem[] {
  const { id, slot, state, inFlight } = row;
  if (id === null) return [emptySlotProblem(row)];
  if (state === 'READY') return [];
  if (state !== 'STALLED') {
    return [workerProblem(`slot ${slot}`, 'fair', `Worker ${id} is ${state.toLowerCase()}`)];
  }
  const stack = stacks.get(id);
  const cause = stack === undefined ? undefined : topFrameOf(stack);
  return [
    {
      ...workerProblem(
        blockKey(cause ?? slot),
        'poor',
        `The event loop of worker ${id} is blocked`,
      ),
      kind: 'error',
      workers: [id],
      next: BLOCK_STEPS,
      impact: `${plural(inFlight, 'request')} in flight there cannot go on.`,
      ...(stack === undefined || cause === undefined ? {} : { cause, stack }),
    },
  ];
}

function workerProblem(key: string, severity: Problem['severity'], text: string): Problem {
  return { key, kind: 'worker', severity, text, href: '/workers' };
}

/** Reports failing liveness checks; a worker that keeps failing is replaced. */
function livenessProblems(workers: Evidence['workers']): Problem[] {
  return workers.flatMap(({ id, livenessFailure }): Problem[] => {
    if (id === null || typeof livenessFailure !== 'string') return [];
    const text = `Worker ${id} fails its liveness check: ${livenessFailure}`;
    const problem = workerProblem(`liveness ${id}`, 'poor', text);
    return [{ ...problem, href: '/liveness', workers: [id] }];
  });
}
