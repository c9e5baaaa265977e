import { plural } from '../../common/plural.ts';
import { type Evidence, type Problem, workersText } from './problem.ts';

/** Readiness checks that fail, one problem for each check, over all workers. */
export function checkProblems({ readiness }: Evidence): Problem[] {
  const down = readiness.flatMap(({ worker, value }) =>
    value.checks.flatMap((check) => (check.status === 'down' ? [{ worker, ...check }] : [])),
  );
  return Array.from(Map.groupBy(down, ({ name }) => name)).flatMap(([name, same]): Problem[] => {
    const [first] = same;
    if (first === undefined) return [];
    const { counts, error = '' } = first;
    const workers = same.map(({ worker }) => worker);
    const check = counts ? 'Readiness check' : 'Optional check';
    const text = `${check} ${name} fails in ${workersText(workers)}: ${error}`;
    const severity = counts ? 'poor' : 'fair';
    return [{ key: `check ${name}`, kind: 'worker', severity, text, href: '/readiness', workers }];
  });
}

const DOWN = new Set(['DOWN', 'HELD']);

/** One problem for each service with addresses that are DOWN or HELD, over all workers. */
export function dependencyProblems({ connections }: Evidence): Problem[] {
  const services = connections.flatMap(({ worker, value }) =>
    value.services.map((service) => ({ worker, ...service })),
  );
  return Array.from(Map.groupBy(services, ({ name }) => name)).flatMap(
    ([name, same]): Problem[] => {
      const endpoints = same.flatMap(({ worker, tiers }) =>
        tiers.flatMap((tier) => tier.endpoints.map((one) => ({ worker, ...one }))),
      );
      const all = new Set(endpoints.map(({ address }) => address));
      const dead = endpoints.filter(({ health }) => DOWN.has(health.state));
      if (dead.length === 0) return [];
      const down = [...new Set(dead.map(({ address }) => address))];
      const last = same.flatMap(({ lastErrors }) => lastErrors).toSorted((a, b) => b.at - a.at)[0];
      const isWhole = down.length === all.size;
      return [
        {
          key: `service ${name}`,
          kind: 'dependency',
          severity: isWhole ? 'poor' : 'fair',
          text: `${name}: ${down.length} of ${plural(all.size, 'endpoint')} down: ${down.join(', ')}`,
          href: '/dependencies',
          workers: [...new Set(dead.map(({ worker }) => worker))],
          impact: isWhole ? 'Calls fail at once.' : 'Calls use the endpoints that are left.',
          ...(last === undefined ? {} : { cause: last.message }),
        },
      ];
    },
  );
}

/** Findings of several workers, merged if they differ at most in numbers. */
export function hintProblems({ warnings }: Evidence): Problem[] {
  const found = warnings.flatMap(({ worker, value }) =>
    value.findings.flatMap(({ level, code, text }) => {
      return level === 'problem' ? [{ worker, code, text }] : [];
    }),
  );
  const byKey = Map.groupBy(found, ({ code, text }) => {
    return `hint ${code} ${text.replaceAll(/\d+/g, '#')}`;
  });
  return Array.from(byKey, ([key, same]): Problem => {
    const workers = [...new Set(same.map(({ worker }) => worker))];
    const text = same.at(-1)?.text ?? '';
    return { key, kind: 'hint', severity: 'fair', text, href: '/warnings', workers };
  });
}
