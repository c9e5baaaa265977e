import type { Evidence, Problem } from './problem.ts';

/** Health that an operator failed. */
export function healthProblems({ health }: Evidence): Problem[] {
  const failure = health?.failure ?? null;
  if (failure === null) return [];
  const why = failure.reason === null ? '' : `: ${failure.reason}`;
  return [
    {
      key: 'failed health',
      kind: 'hint',
      severity: 'poor',
      text: `Health failed by operator ${failure.by} since ${failure.since}${why}`,
      href: '/health',
      impact: 'The group reports not ready but keeps serving.',
    },
  ];
}

/** Workers that operators took out. */
export function outProblems({ workers }: Evidence): Problem[] {
  return workers.flatMap(({ id, out }): Problem[] => {
    // A primary of an older release, during an upgrade, does not say.
    if (id === null || out === null || out === undefined) return [];
    const why = out.reason === null ? '' : `: ${out.reason}`;
    return [
      {
        key: `out ${id}`,
        kind: 'hint',
        severity: 'fair',
        text: `Worker ${id} was taken out by operator ${out.by} at ${out.since}${why}`,
        href: '/workers',
        workers: [id],
        impact: 'The other workers take its share of connections.',
      },
    ];
  });
}
