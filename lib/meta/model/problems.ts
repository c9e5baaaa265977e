import { plural } from '../../common/plural.ts';
import type { PrimaryReports } from '../../reports/report-types.ts';
import type { Answers } from '../group-reports.provider.ts';

/** Current problem, and the page with its details. */
export interface Problem {
  severity: 'poor' | 'fair';
  text: string;
  href: string;
}

export interface Evidence {
  workers: PrimaryReports['workers'];
  missing: readonly number[];
  queues: PrimaryReports['accept-queue'];
  admission: Answers<'admission'>;
  warnings: Answers<'warnings'>;
  connections: Answers<'connections'>;
  readiness: Answers<'readiness'>;
}

/** Age from which an exit is history, no problem. */
const RECENT_MS = 10 * 60_000;
const NOW_MS = 30_000;

type Rule = (evidence: Evidence, now: number) => Problem[];

const RULES: readonly Rule[] = [
  workerProblems,
  queueProblems,
  admissionProblems,
  checkProblems,
  addressProblems,
  warningProblems,
];

/** The pages may be of another version than a process that was started before them. */
const UNREADABLE: Problem = {
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

/** Current problems, the worst first. */
export function findProblems(evidence: Evidence, now: number): Problem[] {
  const all = new Set(RULES.flatMap((find) => attempt(find, evidence, now)));
  return [...all].toSorted((a, b) => Number(b.severity === 'poor') - Number(a.severity === 'poor'));
}

function workerProblems({ workers, missing }: Evidence, now: number): Problem[] {
  const href = '/workers';
  const states = workers.flatMap(({ id, slot, state, lastExit }): Problem[] => {
    if (id === null) {
      const why = lastExit === null ? '' : `: ${lastExit.reason}`;
      return [{ severity: 'poor', text: `There is no worker in slot ${slot}${why}`, href }];
    }
    if (state === 'STALLED') {
      return [{ severity: 'poor', text: `The event loop of worker ${id} is blocked`, href }];
    }
    if (state === 'READY') return [];
    return [{ severity: 'fair', text: `Worker ${id} is ${state.toLowerCase()}`, href }];
  });
  // Workers that are not READY are listed already.
  const ready = new Set(workers.filter(({ state }) => state === 'READY').map(({ id }) => id));
  const silent = missing
    .filter((id) => ready.has(id))
    .map((id): Problem => ({
      severity: 'fair',
      text: `Worker ${id} did not answer in time`,
      href,
    }));
  const ended = workers.flatMap(({ slot, lastExit }): Problem[] => {
    if (lastExit === null || now - Date.parse(lastExit.at) > RECENT_MS) return [];
    const text = `A worker in slot ${slot} ended: ${lastExit.reason}`;
    return [{ severity: 'fair', text, href }];
  });
  return [...states, ...silent, ...livenessProblems(workers), ...ended];
}

/** Reports failing liveness checks; a worker that keeps failing is replaced. */
function livenessProblems(workers: Evidence['workers']): Problem[] {
  return workers.flatMap(({ id, livenessFailure }): Problem[] => {
    if (id === null || typeof livenessFailure !== 'string') return [];
    const text = `Worker ${id} fails its liveness check: ${livenessFailure}`;
    return [{ severity: 'poor', text, href: '/liveness' }];
  });
}

function queueProblems({ queues }: Evidence): Problem[] {
  return queues.flatMap(({ listener, length, maxQueue, oldestAgeMs }): Problem[] => {
    const href = '/accept-queue';
    if (length >= maxQueue) {
      return [{ severity: 'poor', text: `The accept queue of ${listener} is full`, href }];
    }
    if (oldestAgeMs <= 100) return [];
    const text = `${plural(length, 'connection')} to ${listener} waiting for a worker, the oldest for ${Math.round(oldestAgeMs)} ms`;
    return [{ severity: 'fair', text, href }];
  });
}

function admissionProblems({ admission }: Evidence, now: number): Problem[] {
  const href = '/admission';
  return admission.flatMap(({ worker, value }): Problem[] => {
    const problems: Problem[] = [];
    const refused = value.history
      .filter(({ at }) => now - at < NOW_MS)
      .reduce((sum, point) => sum + point.refused, 0);
    if (refused > 0) {
      const text = `Worker ${worker} refused ${plural(refused, 'request')} in the last 30 s`;
      problems.push({ severity: 'poor', text, href });
    }
    if (value.memory.rung !== 'NONE') {
      const text = `Worker ${worker} is short of memory (${value.memory.rung})`;
      problems.push({ severity: 'poor', text, href });
    }
    return problems;
  });
}

function checkProblems({ readiness }: Evidence): Problem[] {
  return readiness.flatMap(({ worker, value }) => {
    const down = value.checks.filter(({ status }) => status === 'down');
    return down.map(({ name, counts, error = '' }): Problem => {
      const state = counts ? 'is not ready' : 'is ready, but an optional check fails';
      const text = `Worker ${worker} ${state}: ${name}: ${error}`;
      return { severity: counts ? 'poor' : 'fair', text, href: '/readiness' };
    });
  });
}

const DOWN = new Set(['DOWN', 'HELD']);

/** Reports every address that is DOWN or HELD in a worker, once where services share it. */
function addressProblems({ connections }: Evidence): Problem[] {
  const href = '/connections';
  return connections.flatMap(({ worker, value }) => {
    const endpoints = value.services.flatMap(({ tiers }) =>
      tiers.flatMap((tier) => tier.endpoints),
    );
    const down = endpoints.filter(({ health }) => DOWN.has(health.state));
    return [...new Set(down.map(({ address }) => address))].map((address): Problem => {
      return { severity: 'poor', text: `${address} is marked down in worker ${worker}`, href };
    });
  });
}

/** Merges findings of several workers that differ at most in numbers. */
function warningProblems({ warnings }: Evidence): Problem[] {
  const texts = new Map<string, string>();
  for (const { value } of warnings) {
    for (const { level, code, text } of value.findings) {
      if (level === 'problem') texts.set(`${code} ${text.replaceAll(/\d+/g, '#')}`, text);
    }
  }
  return [...texts.values()].map((text) => ({ severity: 'fair', text, href: '/warnings' }));
}
