import { blockProblems } from './block-problems.ts';
import { buildProblems } from './build-problems.ts';
import { checkProblems, dependencyProblems, hintProblems } from './dependency-problems.ts';
import { growthProblems, memoryEndProblems } from './memory-problems.ts';
import { healthProblems, outProblems } from './operator-problems.ts';
import { type Evidence, type Problem, severityRankOf, type Rule } from './problem.ts';
import { admissionProblems, queueProblems } from './shed-problems.ts';
import { threadProblems } from './thread-problems.ts';
import { outages, silentPrimary, workerProblems } from './worker-problems.ts';

const RULES: readonly Rule[] = [
  outages,
  silentPrimary,
  healthProblems,
  outProblems,
  workerProblems,
  buildProblems,
  blockProblems,
  queueProblems,
  admissionProblems,
  threadProblems,
  checkProblems,
  dependencyProblems,
  memoryEndProblems,
  growthProblems,
  hintProblems,
];

/** The pages may be of another version than a process that was started before them. */
const UNREADABLE: Problem = {
  key: 'unreadable',
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

/** Current and recent problems, the worst first, each key once. */
export function findProblems(evidence: Evidence, now: number): Problem[] {
  const all = RULES.flatMap((find) => attempt(find, evidence, now));
  const sorted = all.toSorted((a, b) => severityRankOf(a) - severityRankOf(b));
  const byKey = new Map<string, Problem>();
  for (const problem of sorted) if (!byKey.has(problem.key)) byKey.set(problem.key, problem);
  return [...byKey.values()];
}
