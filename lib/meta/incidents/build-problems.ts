import { duration } from '../view/format.ts';
import { type Evidence, type NextStep, type Problem, workersText } from './problem.ts';

/** Age from which a reload that replaced no worker is history. */
const RECENT_MS = 10 * 60_000;

const STEPS: NextStep[] = [{ label: 'Replacements', href: '/exits' }];

/** A reload that stopped, so that workers run two builds, or versions that differ without one. */
export function buildProblems(evidence: Evidence, now: number): Problem[] {
  if (evidence.isReloading) return [];
  const stopped = stoppedReload(evidence, now);
  return stopped.length > 0 ? stopped : versionProblems(evidence);
}

function stoppedReload({ stoppedReload: stopped }: Evidence, now: number): Problem[] {
  if (stopped === null) return [];
  const { at, failure, replaced, of } = stopped;
  const ageMs = now - Date.parse(at);
  const isMixed = replaced > 0;
  if (!isMixed && ageMs > RECENT_MS) return [];
  const impact = isMixed
    ? `${replaced} of ${of} workers run the new build, the others the old one.`
    : 'All workers run the old build.';
  return [
    {
      key: 'builds',
      kind: 'worker',
      severity: isMixed ? 'poor' : 'fair',
      text: `The last reload stopped ${duration(ageMs)} ago: ${failure}`,
      href: '/exits',
      next: STEPS,
      impact,
    },
  ];
}

function versionProblems({ versions }: Evidence): Problem[] {
  const byVersion = Map.groupBy(versions, ({ version }) => version);
  if (byVersion.size < 2) return [];
  const parts = Array.from(byVersion, ([version, same]) => {
    return `${version} in ${workersText(same.map(({ worker }) => worker))}`;
  });
  return [
    {
      key: 'builds',
      kind: 'worker',
      severity: 'fair',
      text: `Workers run ${byVersion.size} versions: ${parts.join('; ')}`,
      href: '/exits',
      next: STEPS,
      impact: 'Answers depend on the worker. A reload gives all of them the build on disk.',
    },
  ];
}
