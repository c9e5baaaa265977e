import { plural } from '../../common/plural.ts';
import { ofApplication } from '../history/queue-track.ts';
import { type Evidence, type Problem, workersText } from './problem.ts';

/** Connections that wait too long, or that the accept queue shed. */
export function queueProblems({ queues, shed }: Evidence): Problem[] {
  const href = '/overload';
  const lengths = ofApplication(queues).flatMap(
    ({ listener, length, maxQueue, oldestAgeMs }): Problem[] => {
      const key = `queue ${listener}`;
      if (length >= maxQueue) {
        const text = `The accept queue of ${listener} is full`;
        const impact = 'Further connections are refused with 503.';
        return [{ key, kind: 'shed', severity: 'poor', text, href, impact }];
      }
      if (oldestAgeMs <= 100) return [];
      const text = `${plural(length, 'connection')} to ${listener} waiting for a worker, the oldest for ${Math.round(oldestAgeMs)} ms`;
      return [{ key, kind: 'shed', severity: 'fair', text, href }];
    },
  );
  if (shed === 0) return lengths;
  const text = `${plural(shed, 'connection')} shed by the accept queue in the last 30 s`;
  const impact = 'These clients got a 503.';
  return [{ key: 'shed', kind: 'shed', severity: 'poor', text, href, impact }, ...lengths];
}

/** Requests that admission refused, and workers that are short of memory. */
export function admissionProblems({ pressure }: Evidence): Problem[] {
  return [...refusalProblems(pressure), ...memoryProblems(pressure)];
}

function refusalProblems(pressure: Evidence['pressure']): Problem[] {
  const refused = pressure.filter(({ value }) => value.refusedLately > 0);
  if (refused.length === 0) return [];
  const all = refused.reduce((sum, { value }) => sum + value.refusedLately, 0);
  const workers = refused.map(({ worker }) => worker);
  const text = `${plural(all, 'request')} refused in the last 30 s by ${workersText(workers)}`;
  const impact = 'These requests got a 503.';
  const href = '/overload';
  return [{ key: 'refused', kind: 'shed', severity: 'poor', text, href, workers, impact }];
}

function memoryProblems(pressure: Evidence['pressure']): Problem[] {
  return pressure
    .filter(({ value }) => value.rung !== 'NONE')
    .map(({ worker, value }) => ({
      key: `memory ${worker}`,
      kind: 'shed',
      severity: 'poor',
      text: `Worker ${worker} is short of memory (${value.rung})`,
      href: '/overload',
      workers: [worker],
    }));
}
